internal import Essentials
internal import Glibc

/// Appends bytes to what is being written.
package typealias ByteSink = @Sendable (UnsafeRawBufferPointer) throws -> Void

/// Writes a file beside its place and moves it there when it is whole: a reader never sees half of it. A symbolic link stays,
/// and the file that it leads to is replaced; what is neither file nor missing (a device, a pipe) is written directly.
package enum FileOutput {
  /// Calls `body` with a function that appends; `-` is standard output.
  package static func write(to path: String, _ body: (ByteSink) throws -> Void) throws {
    if path == "-" { return try body { try append($0, to: 1, path) } }
    var status = stat()
    let exists = stat(path, &status) == 0
    if exists, status.st_mode & S_IFMT != S_IFREG {
      let file = open(path, O_WRONLY | O_CLOEXEC)
      guard file >= 0 else { throw failure("write", path) }
      defer { close(file) }
      return try body { try append($0, to: file, path) }
    }
    let target = exists ? resolved(path) : path
    let draft = "\(target).\(getpid()).part"
    let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw failure("create", draft) }
    do {
      try body { try append($0, to: file, draft) }
      guard close(file) == 0 else { throw failure("write", draft) }
      guard rename(draft, target) == 0 else { throw failure("create", target) }
    } catch {
      unlink(draft)
      throw error
    }
  }

  /// A whole file.
  package static func read(_ path: String) throws -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw failure("open", path) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw ClimateFailure("cannot read \(path): it is no plain file", kind: .configuration)
    }
    let size = Int(status.st_size)
    return try [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      while filled < size {
        let count = Glibc.read(file, buffer.baseAddress! + filled, size - filled)
        guard count >= 0 else { throw failure("read", path) }
        if count == 0 { break }
        filled += count
      }
    }
  }

  private static func append(_ bytes: UnsafeRawBufferPointer, to file: Int32, _ path: String) throws {
    var done = 0
    while done < bytes.count {
      let count = Glibc.write(file, bytes.baseAddress! + done, bytes.count - done)
      guard count > 0 || errno == EINTR else { throw failure("write", path) }
      done += max(count, 0)
    }
  }

  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  private static func failure(_ doing: String, _ path: String) -> ClimateFailure {
    ClimateFailure("cannot \(doing) \(path): \(String(cString: strerror(errno)))", kind: .configuration)
  }
}
