public import Essentials
public import FoundationEssentials
import Synchronization

/// A clock that stands still until somebody waits: then its time jumps to the end of the wait.
///
/// So code that sleeps for hours is tested in no time, and a test can hold what was waited for.
public final class ManualClock: WallClock {
  private let state: Mutex<(now: Date, waits: [Duration])>

  public init(now: Date = Date(timeIntervalSince1970: 1_700_000_000)) { state = Mutex((now, [])) }

  public func now() -> Date { state.withLock { $0.now } }

  /// Every wait so far, in order.
  public var waits: [Duration] { state.withLock { $0.waits } }

  public func sleep(for duration: Duration) async throws {
    try Task.checkCancellation()
    state.withLock { state in
      state.waits.append(duration)
      state.now += duration.seconds
    }
    await Task.yield()
  }
}
