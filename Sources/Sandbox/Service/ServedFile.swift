internal import Essentials
internal import Glibc

/// Reading files on disk, by pieces.
enum ServedFile {
  /// Some bytes of a file from a position on.
  static func read(_ path: String, at position: Int, count: Int) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Fault("reading \(path): \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let result = pread(descriptor, buffer.baseAddress! + filled, count - filled, position + filled)
        if result < 0 { failure = errno }
        guard result > 0 else { break }
        filled += result
      }
    }
    guard failure == 0, bytes.count == count else {
      throw Fault(
        "reading \(path): \(failure == 0 ? "it is shorter than it was" : String(cString: strerror(failure)))")
    }
    return bytes
  }

  /// The length in bytes.
  static func size(_ path: String) throws -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw Misconfiguration("reading \(path): \(String(cString: strerror(errno)))")
    }
    return Int(status.st_size)
  }

  /// The whole file.
  static func read(_ path: String) throws -> [UInt8] { try read(path, at: 0, count: size(path)) }

  /// Writes a file anew.
  static func write(_ bytes: [UInt8], to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Fault("writing \(path): \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    var written = 0
    while written < bytes.count {
      let result = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written)
      }
      guard result > 0 else { throw Fault("writing \(path): \(String(cString: strerror(errno)))") }
      written += result
    }
  }
}

/// A folder of its own, removed with the last reference to it.
final class ScratchFolder: Sendable {
  let path: String

  init() throws {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/sluice-sandbox-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw Fault("making a folder under \(base): \(String(cString: strerror(errno)))")
    }
    path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  deinit {
    if let folder = opendir(path) {
      while let entry = readdir(folder) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { unlink("\(path)/\(name)") }
      }
      closedir(folder)
    }
    rmdir(path)
  }
}
