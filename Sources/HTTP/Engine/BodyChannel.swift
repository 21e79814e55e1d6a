import Synchronization

/// Hands the bytes of a body from the engine's thread to one consumer, and stops the sender while too many wait.
final class BodyChannel: Sendable {
  /// How many bytes wait at most, but for one more chunk.
  static let capacity = 256 << 10

  private struct State {
    var waiting: [UInt8] = []
    var end: Result<Void, any Error>?
    var isPaused = false
    var consumer: CheckedContinuation<Result<[UInt8]?, any Error>, Never>?
  }

  private let state = Mutex(State())

  enum Push { case taken, full }

  /// Takes a chunk, or says that the consumer has to catch up first; then ``take(resume:)`` will ask for more.
  func push(_ bytes: UnsafeRawBufferPointer) -> Push {
    let (push, consumer): (Push, CheckedContinuation<Result<[UInt8]?, any Error>, Never>?) = state.withLock {
      state in
      if let consumer = state.consumer {
        state.consumer = nil
        return (.taken, consumer)
      }
      if state.waiting.count >= Self.capacity {
        state.isPaused = true
        return (.full, nil)
      }
      state.waiting.append(contentsOf: bytes)
      return (.taken, nil)
    }
    consumer?.resume(returning: .success(Array(bytes)))
    return push
  }

  /// Says that nothing more comes. The first end counts.
  func finish(_ end: Result<Void, any Error>) {
    let consumer = state.withLock { state in
      if state.end == nil { state.end = end }
      defer { state.consumer = nil }
      return state.consumer
    }
    consumer?.resume(returning: end.map { nil })
  }

  /// Puts a whole body in, which was read before.
  func fill(_ bytes: [UInt8]) {
    state.withLock { state in
      state.waiting = bytes
      state.end = .success(())
    }
  }

  /// Says that the reader is gone: what waits for him is thrown away, and should he read after all, he gets a
  /// `CancellationError`.
  func abandon() {
    let consumer = state.withLock { state in
      state.waiting = []
      state.end = .failure(CancellationError())
      defer { state.consumer = nil }
      return state.consumer
    }
    consumer?.resume(returning: .failure(CancellationError()))
  }

  /// What has come so far, waiting for it where nothing has; nil at the end.
  ///
  /// - Parameter resume: called where the sender was stopped and may go on.
  func take(resume: () -> Void) async throws -> [UInt8]? {
    let result: Result<[UInt8]?, any Error> = await withCheckedContinuation { continuation in
      let (ready, wasPaused): (Result<[UInt8]?, any Error>?, Bool) = state.withLock { state in
        if !state.waiting.isEmpty {
          let bytes = state.waiting
          state.waiting = []
          defer { state.isPaused = false }
          return (.success(bytes), state.isPaused)
        }
        if let end = state.end { return (end.map { nil }, false) }
        guard state.consumer == nil else { return (.failure(SecondConsumer()), false) }
        state.consumer = continuation
        return (nil, false)
      }
      if wasPaused { resume() }
      if let ready { continuation.resume(returning: ready) }
    }
    return try result.get()
  }

  /// A body can be read once, by one task.
  struct SecondConsumer: Error {}
}
