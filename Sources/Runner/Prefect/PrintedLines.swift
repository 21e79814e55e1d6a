import Essentials
import Glibc
import Synchronization

/// What the process prints on its standard output, line by line, while it still appears there.
///
/// One at a time may be open in a process.
public final class PrintedLines: Sendable {
  private let original: Int32
  private let reader: Int32
  private let end = Mutex(false)
  private let done = Doorbell()

  /// - Parameter line: told of each line, without its end, from a thread of its own.
  public init?(_ line: @escaping @Sendable (String) -> Void) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    fflush(nil)
    original = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
    reader = ends[0]
    guard original >= 0, dup2(ends[1], STDOUT_FILENO) >= 0 else {
      Glibc.close(ends[0])
      Glibc.close(ends[1])
      return nil
    }
    Glibc.close(ends[1])
    let work = ThreadWork { [self] in
      copy(line)
      done.ring()
    }
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { pointer in
        if let pointer { Unmanaged<ThreadWork>.fromOpaque(pointer).takeRetainedValue().body() }
        return nil
      }, Unmanaged.passRetained(work).toOpaque())
    pthread_detach(thread)
  }

  /// Gives the standard output back, after all that was printed has been told.
  public func close() async {
    fflush(nil)
    dup2(original, STDOUT_FILENO)
    end.withLock { $0 = true }
    await done.wait(until: nil, .system)
    Glibc.close(reader)
    Glibc.close(original)
  }

  private func copy(_ line: (String) -> Void) {
    var rest: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      var state = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
      // A child process that outlives the flow may hold the other end open for ever: after the end, only what is there
      // already counts.
      let isEnding = end.withLock { $0 }
      let ready = poll(&state, 1, isEnding ? 0 : 50)
      if ready < 0, errno == EINTR { continue }
      if ready == 0, isEnding { break }
      guard ready != 0 else { continue }
      let count = read(reader, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      show(chunk[..<count])
      rest += chunk[..<count]
      while let place = rest.firstIndex(of: UInt8(ascii: "\n")) {
        line(String(decoding: rest[..<place], as: UTF8.self))
        rest.removeSubrange(...place)
      }
      if rest.count > 1 << 20 { flush(&rest, line) }
    }
    flush(&rest, line)
  }

  private func flush(_ rest: inout [UInt8], _ line: (String) -> Void) {
    guard !rest.isEmpty else { return }
    line(String(decoding: rest, as: UTF8.self))
    rest = []
  }

  private func show(_ bytes: ArraySlice<UInt8>) {
    var bytes = bytes
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { write(original, $0.baseAddress, $0.count) }
      if written < 0, errno == EINTR { continue }
      // Nobody reads any more; the lines are told all the same.
      guard written > 0 else { return }
      bytes = bytes.dropFirst(written)
    }
  }
}

/// Hands a closure to a thread.
private final class ThreadWork: Sendable {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
