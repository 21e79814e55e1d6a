import Synchronization

/// Hands chunks of bytes from one task to another, in order, a few at most ahead of who takes them.
///
/// There is no failure in it: a task that fails ends its group, and who waits here is cancelled with it.
final class ByteChannel: Sendable {
  private struct State {
    var waiting: [[UInt8]] = []
    var isFinished = false
    var isCancelled = false
    var sender: CheckedContinuation<Void, any Error>?
    var receiver: CheckedContinuation<[UInt8]?, any Error>?
  }

  private let capacity: Int
  private let state = Mutex(State())

  /// - Parameter capacity: how many chunks may wait.
  init(capacity: Int) { self.capacity = capacity }

  /// Gives a chunk, and waits until the next one would have room. For one task.
  ///
  /// - Throws: `CancellationError` where this task or the other one was cancelled.
  func send(_ chunk: [UInt8]) async throws {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        let (receiver, answer): (CheckedContinuation<[UInt8]?, any Error>?, Result<Void, any Error>?) =
          state.withLock { state in
            if state.isCancelled { return (nil, .failure(CancellationError())) }
            if let receiver = state.receiver {
              state.receiver = nil
              return (receiver, .success(()))
            }
            state.waiting.append(chunk)
            if state.waiting.count < capacity { return (nil, .success(())) }
            state.sender = continuation
            return (nil, nil)
          }
        receiver?.resume(returning: chunk)
        if let answer { continuation.resume(with: answer) }
      }
    } onCancel: {
      cancel()
    }
  }

  /// Says that nothing more comes.
  func finish() {
    let receiver = state.withLock { state in
      state.isFinished = true
      defer { state.receiver = nil }
      return state.receiver
    }
    receiver?.resume(returning: nil)
  }

  /// The next chunk, waiting for it where none has come; nil at the end. For one task.
  ///
  /// - Throws: `CancellationError` where this task or the other one was cancelled.
  func next() async throws -> [UInt8]? {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<[UInt8]?, any Error>) in
        let (sender, answer): (CheckedContinuation<Void, any Error>?, Result<[UInt8]?, any Error>?) =
          state.withLock { state in
            if state.isCancelled { return (nil, .failure(CancellationError())) }
            if !state.waiting.isEmpty {
              defer { state.sender = nil }
              return (state.sender, .success(state.waiting.removeFirst()))
            }
            if state.isFinished { return (nil, .success(nil)) }
            state.receiver = continuation
            return (nil, nil)
          }
        sender?.resume()
        if let answer { continuation.resume(with: answer) }
      }
    } onCancel: {
      cancel()
    }
  }

  private func cancel() {
    let (sender, receiver) = state.withLock { state in
      state.isCancelled = true
      state.waiting = []
      defer {
        state.sender = nil
        state.receiver = nil
      }
      return (state.sender, state.receiver)
    }
    sender?.resume(throwing: CancellationError())
    receiver?.resume(throwing: CancellationError())
  }
}
