import Essentials
import FlowKit

/// How long a job has been waited for: the intervals between two questions, and the end of patience.
struct CDSWait {
  /// How long to stay away where the user has too many requests in the queue.
  static let queueFull = Duration.seconds(300)

  let budget: Duration
  private(set) var waited = Duration.zero
  private var interval = Duration.seconds(1)
  private var told: (job: String, status: CDSJob.Status, since: Duration, at: Duration)?

  init(budget: Duration) { self.budget = budget }

  /// Waits before the next question, longer each time (1 s, times 1.5, up to 2 min), and says how long the job has been
  /// in its state, each minute.
  mutating func poll(_ run: FlowRun, _ job: CDSJob, at store: String) async throws -> String? {
    var line: String?
    if let told, told.job == job.id, told.status == job.status {
      if waited - told.at >= .seconds(60) {
        line = "job \(job.id): \(job.status.rawValue) for \((waited - told.since).inWords)"
        self.told?.at = waited
      }
    } else {
      line = "job \(job.id): \(job.status.rawValue)"
      told = (job.id, job.status, waited, waited)
    }
    try await pass(interval, run, orThrow: unfinished(job, at: store))
    interval = min(interval * 1.5, .seconds(120))
    return line
  }

  /// Lets time pass that counts towards this budget and no other.
  mutating func pass(
    _ duration: Duration, _ run: FlowRun, orThrow failure: any Failure
  ) async throws {
    guard waited + duration <= budget else { throw failure }
    try await run.waitUncounted(duration)
    waited += duration
  }

  /// What is said of a job that outlasted the budget.
  func unfinished(_ job: CDSJob, at store: String) -> CDSFailure {
    CDSFailure(
      .transient, "job \(job.id) at \(store) is still \(job.status.rawValue) after \(waited.inWords)",
      remedy: "The store goes on with it, and the next run goes on with the job.")
  }
}
