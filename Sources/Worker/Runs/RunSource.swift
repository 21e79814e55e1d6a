import Essentials
package import FoundationEssentials
package import PrefectAPI

/// Where a loop finds its runs: a work pool, or deployments that are served.
package protocol RunSource: Sendable {
  /// What it is called in log lines: `work pool default`.
  var name: String { get }
  /// Makes ready what must be there before the first poll.
  func prepare() async throws
  /// The runs that are due before a moment.
  func runs(before date: Date, limit: Int) async throws -> [Prefect.FlowRun]
  /// The template of the runs' jobs.
  var template: JobTemplate { get async }
  /// Says now and then that somebody is here.
  func heartbeat() async throws
  var heartbeatInterval: Duration { get }
  /// Called when no more runs are taken.
  func close() async
}
