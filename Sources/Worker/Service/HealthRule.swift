import Essentials
package import FoundationEssentials

/// Whether a worker that last heard from the API at a moment is well.
package struct HealthRule: Sendable, Equatable {
  /// How long ago the last poll may be.
  let limit: Duration
  /// What is said where it is not well.
  let complaint: String

  /// A worker's: thirty polls may be missed, as with Prefect's own. A worker that is started anew because the API is
  /// away would take its runs with it.
  package static func worker(pollInterval: Duration) -> HealthRule {
    HealthRule(limit: pollInterval * 30, complaint: "Worker may be unresponsive at this time")
  }

  /// A process' that serves flows: two polls, and at least twenty seconds.
  package static func served(pollInterval: Duration) -> HealthRule {
    HealthRule(limit: max(pollInterval * 2, .seconds(20)), complaint: "Runner is unresponsive at this time")
  }

  /// - Parameter lastPoll: nil where no poll has been answered yet.
  package func isWell(lastPoll: Date?, now: Date) -> Bool {
    guard let lastPoll else { return false }
    return now.timeIntervalSince(lastPoll) <= limit.seconds
  }
}
