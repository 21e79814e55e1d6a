public import FlowKit
import Foundation
import Glibc

/// State in files below a folder, a file a key. A write goes to a temporary file first, which is flushed to the disk and
/// renamed: a crash leaves the old content or the new, never a part.
public struct FileState: StateStore {
  private let folder: String

  public init(folder: String) { self.folder = folder }

  public func read(_ key: String) throws -> [UInt8]? {
    let path = "\(folder)/\(key)"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    do { return Array(try Data(contentsOf: URL(filePath: path))) } catch {
      throw Misconfiguration("the state file \(path) cannot be read: \(error.systemReason)")
    }
  }

  public func write(_ key: String, _ bytes: [UInt8]?) throws {
    let path = "\(folder)/\(key)"
    do {
      guard let bytes else {
        if unlink(path) != 0, errno != ENOENT { throw Errno.last }
        return
      }
      let parent = URL(filePath: path).deletingLastPathComponent().path
      try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
      try replace(path, with: bytes)
    } catch {
      throw Fault(
        "the state file \(path) cannot be written: \(error.systemReason)",
        remedy: "Look at the disk and its permissions.")
    }
  }

  private func replace(_ path: String, with bytes: [UInt8]) throws {
    let temporary = "\(path).\(UUID().uuidString.prefix(8)).tmp"
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Errno.last }
    do {
      defer { close(file) }
      var rest = bytes[...]
      while !rest.isEmpty {
        let written = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        if written < 0, errno == EINTR { continue }
        guard written >= 0 else { throw Errno.last }
        rest = rest.dropFirst(written)
      }
      guard fsync(file) == 0 else { throw Errno.last }
    } catch {
      unlink(temporary)
      throw error
    }
    guard rename(temporary, path) == 0 else { throw Errno.last }
  }
}

/// The reason of the last failed system call, in words.
struct Errno: Error, CustomStringConvertible {
  let description: String

  static var last: Errno { Errno(description: String(cString: strerror(errno))) }
}
