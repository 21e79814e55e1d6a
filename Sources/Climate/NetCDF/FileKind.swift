internal import Essentials
internal import Glibc

/// What a file is by its first bytes, whatever its name says.
package enum FileKind: Sendable, Equatable {
  case netCDF
  case zip
  case grib
  /// Something else, in words.
  case foreign(String)

  package init(firstBytes bytes: [UInt8]) {
    func starts(_ text: String) -> Bool { bytes.starts(with: Array(text.utf8)) }
    let visible = bytes.drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
    if bytes.starts(with: [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .netCDF
    } else if starts("CDF"), bytes.count > 3, [1, 2, 5].contains(bytes[3]) {
      self = .netCDF
    } else if bytes.starts(with: [0x50, 0x4B, 3, 4]) || bytes.starts(with: [0x50, 0x4B, 5, 6]) {
      self = .zip
    } else if starts("GRIB") {
      self = .grib
    } else if bytes.isEmpty {
      self = .foreign("an empty file")
    } else if bytes.starts(with: [0x1F, 0x8B]) {
      self = .foreign("a gzip file")
    } else if visible.first == UInt8(ascii: "{") {
      self = .foreign("JSON, perhaps an error message of the server")
    } else if visible.first == UInt8(ascii: "<") {
      self = .foreign("HTML or XML, perhaps an error page of the server")
    } else {
      let start = bytes.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
      self = .foreign("a file that begins with the bytes \(start)")
    }
  }

  /// Looks at the file.
  package init(path: String) throws {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      throw ClimateFailure("cannot open \(path): \(String(cString: strerror(errno)))", kind: .configuration)
    }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(file, &bytes, bytes.count)
    guard count >= 0 else {
      throw ClimateFailure("cannot read \(path): \(String(cString: strerror(errno)))", kind: .configuration)
    }
    self.init(firstBytes: Array(bytes.prefix(count)))
  }

  /// The error for a file that is no NetCDF.
  package func refusal(of name: String) -> ClimateFailure? {
    switch self {
    case .netCDF, .zip: nil
    case .grib:
      ClimateFailure(
        "\(name) is a GRIB file, which is not supported",
        remedy: "Request it with \"data_format\": \"netcdf\".")
    case .foreign(let words):
      ClimateFailure(
        "\(name) is neither NetCDF nor a ZIP of NetCDF files: it is \(words)",
        remedy: "Look at what was downloaded, and request it with \"data_format\": \"netcdf\".")
    }
  }
}
