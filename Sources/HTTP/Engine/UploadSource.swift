import Glibc

/// The body of a request, read by the engine's thread as libcurl asks for it.
final class UploadSource {
  let byteCount: Int
  private let bytes: [UInt8]
  private let descriptor: Int32
  private var position = 0
  private let progress: (@Sendable (HTTPProgress) -> Void)?
  private var ticker = ProgressTicker()
  /// The system's error of a read that failed.
  private(set) var readError: Int32?

  init(bytes: [UInt8], progress: (@Sendable (HTTPProgress) -> Void)?) {
    self.bytes = bytes
    byteCount = bytes.count
    descriptor = -1
    self.progress = progress
  }

  /// Opens a file; nil with `errno` set where that is not possible.
  init?(path: String, progress: (@Sendable (HTTPProgress) -> Void)?) {
    bytes = []
    self.progress = progress
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
      byteCount = 0
      return nil
    }
    byteCount = Int(status.st_size)
    if status.st_mode & S_IFMT == S_IFDIR {
      errno = EISDIR
      return nil
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Fills the buffer with what comes next; gives the number of bytes, 0 at the end, nil where reading fails.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
    let wanted = min(buffer.count, byteCount - position)
    guard wanted > 0 else { return 0 }
    var count = wanted
    if descriptor < 0 {
      bytes.withUnsafeBytes {
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[position..<position + wanted]))
      }
    } else {
      repeat {
        count = pread(descriptor, buffer.baseAddress, wanted, position)
      } while count < 0 && errno == EINTR
      // A file that has become shorter cannot fill the length that was announced.
      guard count > 0 else {
        readError = count < 0 ? errno : EIO
        return nil
      }
    }
    position += count
    if let progress, ticker.isDue(isLast: position == byteCount) {
      progress(HTTPProgress(bytes: position, total: byteCount))
    }
    return count
  }

  /// Goes to a place, because a connection broke and the body has to be sent again.
  func seek(to offset: Int) -> Bool {
    guard (0...byteCount).contains(offset) else { return false }
    position = offset
    return true
  }
}
