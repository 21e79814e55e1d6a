package import Essentials
package import FoundationEssentials
package import PrefectAPI
package import PrefectClient

/// The runs of a work pool.
package actor PoolSource: RunSource {
  package nonisolated let name: String
  package nonisolated let heartbeatInterval: Duration
  private let client: PrefectClient
  private let pool: String
  private let queues: [String]
  private let worker: String
  private let createsPool: Bool
  private let log: Log
  private var current = JobTemplate(JobTemplate.process)

  package init(
    _ client: PrefectClient, pool: String, queues: [String], worker: String, createsPool: Bool,
    heartbeatInterval: Duration, log: Log
  ) {
    self.client = client
    self.pool = pool
    self.queues = queues
    self.worker = worker
    self.createsPool = createsPool
    self.heartbeatInterval = heartbeatInterval
    self.log = log
    name = "work pool \(pool)"
  }

  package var template: JobTemplate { current }

  /// Finds the pool, makes it where it is missing, and fills its template where that is empty.
  package func prepare() async throws {
    var found = try await client.workPool(pool)
    if found == nil {
      guard createsPool else {
        throw Misconfiguration(
          "there is no work pool \(pool)",
          remedy: "Make it, or let the worker do so: without --no-create-pool-if-not-found.")
      }
      let create = Prefect.WorkPoolCreate(name: pool, type: "process", baseJobTemplate: JobTemplate.process)
      found = try await client.ensureWorkPool(create)
      log.info("made the work pool \(pool)")
    }
    guard let found else { return }
    guard found.type == "process" else {
      throw Misconfiguration(
        "the work pool \(pool) is of type \(found.type), and this worker starts processes",
        remedy: "Name another pool with --pool; Prefect's own worker serves this one.")
    }
    if found.baseJobTemplate.isEmpty {
      var update = Prefect.WorkPoolUpdate()
      update.baseJobTemplate = JobTemplate.process
      try await client.updateWorkPool(pool, update)
    } else {
      current = JobTemplate(found.baseJobTemplate)
    }
    let known = queues.isEmpty ? [] : try await client.workQueues(pool: pool).map(\.name)
    for queue in queues where !known.contains(queue) {
      _ = try await client.createWorkQueue(pool: pool, Prefect.WorkQueueCreate(name: queue))
      log.info("made the queue \(queue) of the work pool \(pool)")
    }
  }

  package func runs(before date: Date, limit: Int) async throws -> [Prefect.FlowRun] {
    try await client.scheduledFlowRuns(pool: pool, queues: queues, before: date, limit: min(limit, 200))
      .map(\.flowRun)
  }

  package func heartbeat() async throws {
    try await client.sendHeartbeat(
      pool: pool, worker: worker, intervalSeconds: max(1, Int(heartbeatInterval.seconds.rounded())))
    // The template may have been changed since.
    if let found = try await client.workPool(pool), !found.baseJobTemplate.isEmpty {
      current = JobTemplate(found.baseJobTemplate)
    }
  }

  package func close() {}
}
