public import Essentials
public import FoundationEssentials
import Synchronization

/// A clock that stands still until somebody sleeps: then its time jumps to the end of the sleep.
///
/// So code that waits for hours is tested in no time, and a test can hold what was waited for. An alarm does not move
/// the clock; it goes off when sleeping, or ``advance(by:)``, has moved the clock far enough.
public final class ManualClock: WallClock {
  private struct State {
    var now: Date
    var waits: [Duration] = []
    var nextAlarm = 0
    var alarms: [Int: (due: Date, continuation: CheckedContinuation<Void, any Error>)] = [:]
    var cancelled: Set<Int> = []
  }

  private let state: Mutex<State>

  public init(now: Date = Date(timeIntervalSince1970: 1_700_000_000)) { state = Mutex(State(now: now)) }

  public func now() -> Date { state.withLock { $0.now } }

  /// Every sleep so far, in order.
  public var waits: [Duration] { state.withLock { $0.waits } }

  /// Lets time pass.
  public func advance(by duration: Duration) {
    let due = state.withLock { state in
      state.now += duration.seconds
      let due = state.alarms.filter { $0.value.due <= state.now }
      for key in due.keys { state.alarms[key] = nil }
      return due.values.map(\.continuation)
    }
    for alarm in due { alarm.resume() }
  }

  public func sleep(for duration: Duration) async throws {
    try Task.checkCancellation()
    state.withLock { $0.waits.append(duration) }
    advance(by: duration)
    await Task.yield()
  }

  public func alarm(at date: Date) async throws {
    let number = state.withLock { state in
      defer { state.nextAlarm += 1 }
      return state.nextAlarm
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        enum Answer { case now, never, later }
        let answer = state.withLock { state -> Answer in
          if state.cancelled.remove(number) != nil { return .never }
          if date <= state.now { return .now }
          state.alarms[number] = (date, continuation)
          return .later
        }
        switch answer {
        case .now: continuation.resume()
        case .never: continuation.resume(throwing: CancellationError())
        case .later: break
        }
      }
    } onCancel: {
      let alarm = state.withLock { state in
        if let alarm = state.alarms.removeValue(forKey: number) { return Optional(alarm.continuation) }
        state.cancelled.insert(number)
        return nil
      }
      alarm?.resume(throwing: CancellationError())
    }
  }
}
