import Synchronization

/// The end of a process, which any number of tasks wait for.
final class ProgramEnd: Sendable {
  private struct State {
    var code: Int32?
    var waiting: [CheckedContinuation<Int32, Never>] = []
  }

  private let state = Mutex(State())

  func come(_ code: Int32) {
    let waiting = state.withLock { state in
      state.code = code
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume(returning: code) }
  }

  /// Resumes with the exit code, at once where the end has come already.
  func wait(_ continuation: CheckedContinuation<Int32, Never>) {
    let code = state.withLock { state in
      if state.code == nil { state.waiting.append(continuation) }
      return state.code
    }
    if let code { continuation.resume(returning: code) }
  }
}
