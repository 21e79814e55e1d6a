import Essentials
import FoundationEssentials
import Synchronization

/// Wakes one that waits; a ring while nobody waits is kept for the next.
final class Doorbell: Sendable {
  private struct State {
    var isRung = false
    var waiting: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  func ring() {
    let waiting = state.withLock { state in
      let waiting = state.waiting
      state.waiting = nil
      state.isRung = waiting == nil
      return waiting
    }
    waiting?.resume()
  }

  /// Returns at the next ring, at the given time, or when the task is cancelled. One at a time may wait.
  func wait(until due: Date?, _ clock: any WallClock) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.untilRung() }
      if let due { group.addTask { try? await clock.alarm(at: due) } }
      await group.next()
      group.cancelAll()
    }
  }

  private func untilRung() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isRung = state.withLock { state in
          if state.isRung || Task.isCancelled {
            state.isRung = false
            return true
          }
          state.waiting = continuation
          return false
        }
        if isRung { continuation.resume() }
      }
    } onCancel: {
      // Without keeping the ring: nobody meant it.
      let waiting = state.withLock { state in
        defer { state.waiting = nil }
        return state.waiting
      }
      waiting?.resume()
    }
  }
}
