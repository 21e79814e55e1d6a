import Essentials
import FoundationEssentials
import Synchronization

/// Keeps what several threads hand in, in order.
final class Recorder<Value: Sendable>: Sendable {
  private let state = Mutex<[Value]>([])
  var values: [Value] { state.withLock { $0 } }
  func add(_ value: Value) { state.withLock { $0.append(value) } }
  /// Adds a value and says how many there are with it.
  func count(adding value: Value) -> Int {
    state.withLock { values in
      values.append(value)
      return values.count
    }
  }
}

/// A clock that stands still, but for the sleeps that are asked of it, which pass at once.
final class FakeClock: WallClock {
  private let state = Mutex<(now: Date, sleeps: [Duration])>((Date(timeIntervalSince1970: 784_111_777), []))
  var sleeps: [Duration] { state.withLock { $0.sleeps } }
  func now() -> Date { state.withLock { $0.now } }
  func sleep(for duration: Duration) async throws {
    try Task.checkCancellation()
    state.withLock { state in
      state.now.addTimeInterval(duration.seconds)
      state.sleeps.append(duration)
    }
  }
}
