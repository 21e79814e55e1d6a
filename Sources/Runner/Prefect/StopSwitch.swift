import Synchronization

/// Stops what runs, once, and remembers why.
final class StopSwitch: Sendable {
  private struct State {
    var reason: StopReason?
    var cancel: (@Sendable () -> Void)?
  }

  private let state = Mutex(State())

  var reason: StopReason? { state.withLock { $0.reason } }

  /// Names what to cancel; cancels it at once where the switch was thrown already. Nil: there is nothing any more.
  func connect(_ cancel: (@Sendable () -> Void)?) {
    let isStopped = state.withLock { state in
      state.cancel = cancel
      return state.reason != nil
    }
    if isStopped { cancel?() }
  }

  /// Throws the switch; the first reason counts, but that the server wants it cancelled is worth knowing later, too.
  func stop(_ reason: StopReason) {
    let cancel = state.withLock { state in
      if state.reason == nil || (state.reason == .interrupted && reason == .cancelling) {
        state.reason = reason
      }
      return state.cancel
    }
    cancel?()
  }
}
