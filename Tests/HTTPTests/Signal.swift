import Synchronization

/// Something that happens once and that tests, tasks and server threads wait for.
final class Signal: Sendable {
  private struct State {
    var hasFired = false
    var waiters: [@Sendable () -> Void] = []
  }

  private let state = Mutex(State())

  func fire() {
    let waiters = state.withLock { state in
      state.hasFired = true
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter() }
  }

  func wait() async {
    await withCheckedContinuation { continuation in
      add { continuation.resume() }
    }
  }

  /// For the server's threads.
  func block() {
    let semaphore = Semaphore()
    add { semaphore.post() }
    semaphore.wait()
  }

  private func add(_ waiter: @escaping @Sendable () -> Void) {
    let hasFired = state.withLock { state in
      if !state.hasFired { state.waiters.append(waiter) }
      return state.hasFired
    }
    if hasFired { waiter() }
  }
}
