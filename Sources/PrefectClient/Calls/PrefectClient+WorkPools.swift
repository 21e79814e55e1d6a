public import FoundationEssentials
import HTTP
import JSON
public import PrefectAPI

extension PrefectClient {
  // MARK: Work pools

  public func createWorkPool(_ pool: Prefect.WorkPoolCreate) async throws -> Prefect.WorkPool {
    try await create(
      Prefect.WorkPool.self,
      PrefectCall(.post, "/work_pools/", body: pool.wireDocument(), "creating", "work pool \(pool.name)")
    ) { try await self.workPool(pool.name) }
  }

  /// Makes a work pool that was missing a moment ago. One that somebody else has made since is as good: a worker and
  /// a deployment that start together both find none.
  package func ensureWorkPool(_ pool: Prefect.WorkPoolCreate) async throws -> Prefect.WorkPool {
    do {
      return try await createWorkPool(pool)
    } catch let failure as PrefectFailure where failure.isConflict {
      guard let present = try await workPool(pool.name) else { throw failure }
      return present
    }
  }

  /// The work pool of a name; nil where there is none.
  public func workPool(_ name: String) async throws -> Prefect.WorkPool? {
    try await find(Prefect.WorkPool.self, pool(.get, name, "", nil, "reading"))
  }

  /// - Parameter limit: how many at most; nil for all.
  public func workPools(
    _ filter: Prefect.WorkPoolFilter = Prefect.WorkPoolFilter(), limit: Int? = nil, offset: Int = 0
  ) async throws -> [Prefect.WorkPool] {
    var filters = Prefect.Filters()
    filters.workPools = filter
    return try await list(
      Prefect.WorkPool.self, "/work_pools/filter", filters, sort: nil, limit: limit, offset: offset,
      "work pools")
  }

  public func updateWorkPool(_ name: String, _ update: Prefect.WorkPoolUpdate) async throws {
    try await perform(pool(.patch, name, "", update.wireDocument(), "changing"))
  }

  public func deleteWorkPool(_ name: String) async throws {
    try await perform(pool(.delete, name, "", nil, "deleting"))
  }

  // MARK: Workers

  /// Says that a worker is there.
  public func sendHeartbeat(pool name: String, worker: String, intervalSeconds: Int? = nil) async throws {
    var body: JSONObject = ["name": .string(worker)]
    body["heartbeat_interval_seconds"] = intervalSeconds.map { .integer($0) }
    try await perform(
      pool(.post, name, "/workers/heartbeat", .object(body), "sending the heartbeat of \(worker) to"))
  }

  /// The workers of a pool.
  public func workers(pool name: String) async throws -> [Prefect.Worker] {
    try await list(
      Prefect.Worker.self, "/work_pools/\(Self.segment(name))/workers/filter", Prefect.Filters(), sort: nil,
      limit: nil, offset: 0, "workers of work pool \(name)")
  }

  /// The runs of a pool that are due, by the priority of their queues and then by time, as far as the limits of pool
  /// and queues allow. Asking marks the queues as polled.
  ///
  /// - Parameter queues: by their names; none asks all.
  public func scheduledFlowRuns(
    pool name: String, queues: [String] = [], before: Date, limit: Int? = nil
  ) async throws -> [Prefect.WorkerFlowRun] {
    var body: JSONObject = [
      "work_queue_names": queues.json, "scheduled_before": .string(WireDate.text(before)),
    ]
    body["limit"] = limit.map { .integer($0) }
    return try await decode(
      [Prefect.WorkerFlowRun].self,
      pool(.post, name, "/get_scheduled_flow_runs", .object(body), "polling for runs of"))
  }

  // MARK: Work queues

  public func createWorkQueue(
    pool name: String, _ queue: Prefect.WorkQueueCreate
  ) async throws -> Prefect.WorkQueue {
    try await create(
      Prefect.WorkQueue.self,
      pool(.post, name, "/queues", queue.wireDocument(), "creating the queue \(queue.name) of")
    ) { try await self.workQueue(queue.name, pool: name) }
  }

  /// The queue of a pool by its name; nil where there is none.
  public func workQueue(_ queue: String, pool name: String) async throws -> Prefect.WorkQueue? {
    try await find(
      Prefect.WorkQueue.self,
      pool(.get, name, "/queues/\(Self.segment(queue))", nil, "reading the queue \(queue) of"))
  }

  public func workQueue(_ id: UUID) async throws -> Prefect.WorkQueue {
    try await decode(
      Prefect.WorkQueue.self, PrefectCall(.get, "/work_queues/\(id.wire)", "reading", "work queue \(id.wire)")
    )
  }

  public func workQueues(pool name: String) async throws -> [Prefect.WorkQueue] {
    try await list(
      Prefect.WorkQueue.self, "/work_pools/\(Self.segment(name))/queues/filter", Prefect.Filters(), sort: nil,
      limit: nil, offset: 0, "queues of work pool \(name)")
  }

  public func updateWorkQueue(_ id: UUID, _ update: Prefect.WorkQueueUpdate) async throws {
    try await perform(
      PrefectCall(
        .patch, "/work_queues/\(id.wire)", body: update.wireDocument(), "changing", "work queue \(id.wire)"))
  }

  public func deleteWorkQueue(_ id: UUID) async throws {
    try await perform(PrefectCall(.delete, "/work_queues/\(id.wire)", "deleting", "work queue \(id.wire)"))
  }

  private func pool(
    _ method: HTTPMethod, _ name: String, _ path: String, _ body: JSONValue?, _ verb: String
  ) -> PrefectCall {
    PrefectCall(method, "/work_pools/\(Self.segment(name))\(path)", body: body, verb, "work pool \(name)")
  }
}
