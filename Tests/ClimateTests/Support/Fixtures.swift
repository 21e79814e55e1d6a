import Climate
import Essentials
import Glibc

/// The reference data that lies beside the checkout, where it does.
enum Fixtures {
  static let folder: String = {
    // Tests/ClimateTests/Support/Fixtures.swift: four steps up is the package, one more is what it lies in.
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast(5).joined(separator: "/") + "/shared/fixtures"
  }()

  static var areThere: Bool { access(folder + "/zonal/edge.geojson", R_OK) == 0 }

  static func path(_ name: String) -> String { "\(folder)/\(name)" }

  static func zones(_ name: String) throws -> [Zone] {
    try GeoJSON.zones(FileOutput.read(path(name)))
  }

  /// The rows of a CSV without quotes, below its header.
  static func rows(_ name: String) throws -> [[Substring]] {
    let text = String(decoding: try FileOutput.read(path(name)), as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).dropFirst().map { line in
      line.split(separator: ",", omittingEmptySubsequences: false)
    }
  }
}

/// A file of its own for the time of a test.
@discardableResult
func withTemporaryFile<Result>(_ bytes: [UInt8] = [], _ body: (String) throws -> Result) throws -> Result {
  var template = Array("/tmp/climate-test-XXXXXX".utf8CString)
  let file = mkstemp(&template)
  close(file)
  let path = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  defer { unlink(path) }
  try FileOutput.write(to: path) { try bytes.withUnsafeBytes($0) }
  return try body(path)
}
