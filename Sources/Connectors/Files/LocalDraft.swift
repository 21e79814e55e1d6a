import Glibc
import Synchronization

/// A local file that is being written: under a temporary name beside its place until it is whole, so that nobody sees
/// half of it, also after a crash. What is neither file nor missing (a device, a pipe) is written directly.
///
/// Removed again when it is let go of before it was placed.
final class LocalDraft: Sendable {
  /// What is written in the end: for a symbolic link, the file that it leads to.
  private let target: String
  /// Nil where the bytes go to the target directly.
  private let temporary: String?
  /// The open file; nil once it is placed or removed.
  private let descriptor: Mutex<Int32?>

  /// Makes the folders that are missing, and the file.
  init(for path: String) throws {
    var status = stat()
    let exists = stat(path, &status) == 0
    let kind = exists ? status.st_mode & S_IFMT : S_IFREG
    guard kind != S_IFDIR, !path.hasSuffix("/") else {
      throw FileFailure("write", path, error: EISDIR)
    }
    target = exists ? Self.resolved(path) : path
    guard kind == S_IFREG else {
      temporary = nil
      descriptor = Mutex(try Self.opened(path, O_WRONLY, for: path))
      return
    }
    if !exists { try Self.makeFolders(of: path) }
    let (folder, name) = Self.split(target)
    let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
    // Cut, or a long name with the suffix would be longer than file systems take.
    let beginning = String(String.UnicodeScalarView(name.unicodeScalars.prefix(40)))
    let temporary = "\(folder).\(beginning).\(suffix).part"
    let descriptor = try Self.opened(temporary, O_WRONLY | O_CREAT | O_EXCL, for: path)
    self.temporary = temporary
    // A file that is replaced keeps its rights. Where that is not allowed, the new one has the usual ones.
    if exists { _ = fchmod(descriptor, status.st_mode & 0o777) }
    self.descriptor = Mutex(descriptor)
  }

  private static func opened(_ file: String, _ flags: Int32, for path: String) throws -> Int32 {
    let descriptor = open(file, flags | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileFailure("write", path, error: errno) }
    return descriptor
  }

  deinit { discard() }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    try descriptor.withLock { descriptor in
      var written = 0
      while written < bytes.count {
        let count = Glibc.write(descriptor ?? -1, bytes.baseAddress! + written, bytes.count - written)
        if count < 0 {
          if errno == EINTR { continue }
          throw FileFailure("write", target, error: errno)
        }
        written += count
      }
    }
  }

  /// Forces the bytes to the disk and gives the file its name. Takes as long as the disk does.
  func place() throws {
    try descriptor.withLock { descriptor in
      // Pipes and devices cannot be synced, which is no error.
      if fsync(descriptor ?? -1) != 0, temporary != nil { throw FileFailure("write", target, error: errno) }
      guard close(descriptor ?? -1) == 0, temporary.map({ rename($0, target) == 0 }) ?? true else {
        let code = errno
        remove(&descriptor, isOpen: false)
        throw FileFailure("write", target, error: code)
      }
      descriptor = nil
      // The name itself lives in the folder.
      if temporary != nil { Self.sync(folder: Self.split(target).folder) }
    }
  }

  /// Removes what has not become whole.
  func discard() { descriptor.withLock { remove(&$0, isOpen: true) } }

  private func remove(_ descriptor: inout Int32?, isOpen: Bool) {
    guard let open = descriptor else { return }
    if isOpen { close(open) }
    descriptor = nil
    if let temporary { unlink(temporary) }
  }

  /// `("a/", "b")` of `a/b`; the folder is empty where the path has none.
  private static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return ("", path) }
    return (String(path[...slash]), String(path[path.index(after: slash)...]))
  }

  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  private static func makeFolders(of path: String) throws {
    let folder = split(path).folder
    var parent = folder.hasPrefix("/") ? "/" : ""
    for part in folder.split(separator: "/") {
      let next = "\(parent)\(part)/"
      if mkdir(next, 0o777) == 0 {
        sync(folder: parent)
      } else if errno != EEXIST {
        throw FileFailure("make the folder", next, error: errno)
      }
      parent = next
    }
  }

  /// Some file systems do not know how to, which is no error.
  private static func sync(folder: String) {
    let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
