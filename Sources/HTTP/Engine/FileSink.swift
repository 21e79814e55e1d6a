import Glibc
import Synchronization

/// A file that a body is written to, by the engine's thread.
final class FileSink: Sendable {
  private struct State {
    var byteCount = 0
    var total: Int?
    var ticker = ProgressTicker()
  }

  /// Where the bytes are until the file is whole.
  let path: String
  /// Where the file is to be.
  let target: String
  private let descriptor: Int32
  private let progress: (@Sendable (HTTPProgress) -> Void)?
  private let state = Mutex(State())

  var byteCount: Int { state.withLock { $0.byteCount } }
  /// The size of the whole file, where it is known.
  var total: Int? {
    get { state.withLock { $0.total } }
    set { state.withLock { $0.total = newValue } }
  }

  /// Makes the file; nil with `errno` set where that is not possible.
  init?(creating path: String, for target: String, progress: (@Sendable (HTTPProgress) -> Void)?) {
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return nil }
    self.path = path
    self.target = target
    self.progress = progress
  }

  deinit { close(descriptor) }

  /// Adds the bytes at the end; gives the system's error number where that fails.
  func write(_ bytes: UnsafeRawBufferPointer) -> Int32? {
    var written = 0
    while written < bytes.count {
      let count = Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
      if count < 0 {
        if errno == EINTR { continue }
        return errno
      }
      written += count
    }
    let told = state.withLock { state -> HTTPProgress? in
      state.byteCount += bytes.count
      guard progress != nil, state.ticker.isDue(isLast: state.byteCount == state.total) else { return nil }
      return HTTPProgress(bytes: state.byteCount, total: state.total)
    }
    if let told { progress?(told) }
    return nil
  }

  /// Forgets what was written, to begin anew.
  func restart() -> Int32? {
    // A file that was truncated to nothing is written out by ext4 when it is closed (auto_da_alloc), which takes longer
    // than the download: an empty one is left alone.
    guard byteCount > 0 else { return nil }
    guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else { return errno }
    state.withLock { $0.byteCount = 0 }
    return nil
  }

  /// Forces the bytes to the disk. Takes as long as the disk does.
  func sync() -> Int32? { fsync(descriptor) == 0 ? nil : errno }
}

/// Says when progress is worth telling: ten times a second, and at the end.
struct ProgressTicker {
  private var next = MonotonicTime(nanoseconds: 0)

  mutating func isDue(isLast: Bool) -> Bool {
    let now = MonotonicTime.now
    guard isLast || now >= next else { return false }
    next = now + .milliseconds(100)
    return true
  }
}
