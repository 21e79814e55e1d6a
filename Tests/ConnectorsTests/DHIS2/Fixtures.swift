import FoundationEssentials
import JSON

/// Recorded and documented payloads that lie beside the checkout, where they are there.
enum Fixtures {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "shared/fixtures/dhis2").path

  static var arePresent: Bool { FileManager.default.fileExists(atPath: root) }

  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: root + "/" + name)))
  }

  static func json(_ name: String) throws -> JSONValue { try JSONValue(parsing: bytes(name)) }

  /// All files, by their paths below the root.
  static func names(_ folder: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root + "/" + folder).flatMap { name -> [String] in
      let path = folder.isEmpty ? name : folder + "/" + name
      var isFolder = false
      _ = FileManager.default.fileExists(atPath: root + "/" + path, isDirectory: &isFolder)
      return isFolder ? try names(path) : [path]
    }
  }
}
