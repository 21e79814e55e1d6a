import Essentials
import Foundation
import Synchronization

/// A task or a flow took longer than it may.
public struct TimedOut: Failure {
  /// What took too long: `task download_era5_land`.
  public let work: String
  public let limit: Duration

  public init(work: String, limit: Duration) {
    self.work = work
    self.limit = limit
  }

  public var kind: FailureKind { .transient }
  public var message: String { "\(work) took longer than \(limit.inWords)" }
}

/// Time that does not count, such as that in another system's queue.
final class UncountedTime: Sendable {
  private struct State {
    var total = Duration.zero
    /// Until when time does not count.
    var end = Date.distantPast
  }
  private let state = Mutex(State())

  /// The limits that are being kept in the current task, outermost first.
  @TaskLocal static var current: [UncountedTime] = []

  var value: Duration { state.withLock { $0.total } }

  /// Adds a wait that begins. Of several at once the time counts once: they do not end one after another.
  func add(_ duration: Duration, from start: Date) {
    let end = start.addingTimeInterval(duration.seconds)
    state.withLock { state in
      guard end > state.end else { return }
      state.total += .seconds(end.timeIntervalSince(max(start, state.end)))
      state.end = end
    }
  }
}

enum TimeLimit {
  private struct Ended: Error {}
  private final class Box<Value: Sendable>: Sendable { let value = Mutex<Value?>(nil) }

  /// Does some work, which is cancelled when its time is up.
  static func keep<Result: Sendable>(
    _ limit: Duration, for work: String, clock: any WallClock, _ body: @Sendable () async throws -> Result
  ) async throws -> Result {
    let uncounted = UncountedTime()
    let start = clock.now()
    let result = Box<Result>()
    return try await withoutActuallyEscaping(body) { body in
      do {
        // The first error of such a group cancels the others at once, without a thread of the parent's: the body may keep
        // busy all that it has. What it throws then is the consequence, not the cause.
        try await withThrowingDiscardingTaskGroup { group in
          group.addTask {
            let value = try await UncountedTime.$current.withValue(UncountedTime.current + [uncounted]) {
              try await body()
            }
            result.value.withLock { $0 = value }
            throw Ended()
          }
          group.addTask(executorPreference: globalConcurrentExecutor) {
            while true {
              let due = start.addingTimeInterval((limit + uncounted.value).seconds)
              guard clock.now() < due else { throw TimedOut(work: work, limit: limit) }
              try await clock.alarm(at: due)
            }
          }
        }
      } catch is Ended {}
      guard let value = result.value.withLock({ $0 }) else { throw CancellationError() }
      return value
    }
  }
}

extension FlowRun {
  /// Waits, and does not let the time count against the timeouts of the task and the flow: for another system's queue.
  public func waitUncounted(_ duration: Duration) async throws {
    // Before the wait: the watchers look when their time is up, which may be in the middle of it.
    let start = clock.now()
    for limit in UncountedTime.current { limit.add(duration, from: start) }
    try await clock.sleep(for: duration)
  }
}
