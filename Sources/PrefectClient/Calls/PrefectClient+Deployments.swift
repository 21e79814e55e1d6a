public import FoundationEssentials
import HTTP
import JSON
public import PrefectAPI

extension PrefectClient {
  /// Makes a deployment, or overwrites the one of the same flow and name, its schedules included.
  public func createDeployment(_ deployment: Prefect.DeploymentCreate) async throws -> Prefect.Deployment {
    try await decode(
      Prefect.Deployment.self,
      PrefectCall(
        .post, "/deployments/", body: deployment.wireDocument(), "creating", "deployment \(deployment.name)"))
  }

  public func deployment(_ id: UUID) async throws -> Prefect.Deployment {
    try await decode(Prefect.Deployment.self, deployment(.get, id, "", nil, "reading"))
  }

  /// The deployment `flow/name`; nil where there is none.
  public func deployment(flow: String, name: String) async throws -> Prefect.Deployment? {
    try await find(
      Prefect.Deployment.self,
      PrefectCall(
        .get, "/deployments/name/\(Self.segment(flow))/\(Self.segment(name))", "reading",
        "deployment \(flow)/\(name)"))
  }

  /// - Parameter limit: how many at most; nil for all.
  public func deployments(
    _ filters: Prefect.Filters = Prefect.Filters(), sort: Prefect.DeploymentSort? = nil, limit: Int? = nil,
    offset: Int = 0
  ) async throws -> [Prefect.Deployment] {
    try await list(
      Prefect.Deployment.self, "/deployments/filter", filters, sort: sort?.rawValue, limit: limit,
      offset: offset,
      "deployments")
  }

  /// Changes a deployment. The server deletes the runs that its schedules have planned, whatever the change.
  public func updateDeployment(_ id: UUID, _ update: Prefect.DeploymentUpdate) async throws {
    try await perform(deployment(.patch, id, "", update.wireDocument(), "changing"))
  }

  /// Pauses a deployment, or lets it go on: its schedules, not runs that are made by hand.
  public func setDeploymentPaused(_ id: UUID, _ paused: Bool) async throws {
    var update = Prefect.DeploymentUpdate()
    update.paused = paused
    try await updateDeployment(id, update)
  }

  /// Deletes a deployment with its schedules and the runs that have not started.
  public func deleteDeployment(_ id: UUID) async throws {
    try await perform(deployment(.delete, id, "", nil, "deleting"))
  }

  // MARK: Schedules

  public func schedules(ofDeployment id: UUID) async throws -> [Prefect.DeploymentSchedule] {
    try await decode(
      [Prefect.DeploymentSchedule].self, deployment(.get, id, "/schedules", nil, "reading the schedules of"))
  }

  /// Adds schedules. Those without a slug are not sent again where an answer is lost: nothing would keep them from
  /// being there twice.
  public func createSchedules(
    ofDeployment id: UUID, _ schedules: [Prefect.DeploymentScheduleCreate]
  ) async throws -> [Prefect.DeploymentSchedule] {
    var call = deployment(.post, id, "/schedules", try schedules.wireDocument(), "adding schedules to")
    call.repetition = .doubles
    return try await decode([Prefect.DeploymentSchedule].self, call)
  }

  public func updateSchedule(
    _ schedule: UUID, ofDeployment id: UUID, _ update: Prefect.DeploymentScheduleUpdate
  ) async throws {
    try await perform(
      deployment(
        .patch, id, "/schedules/\(schedule.wire)", update.wireDocument(),
        "changing the schedule \(schedule.wire) of"))
  }

  public func deleteSchedule(_ schedule: UUID, ofDeployment id: UUID) async throws {
    try await perform(
      deployment(.delete, id, "/schedules/\(schedule.wire)", nil, "deleting the schedule \(schedule.wire) of")
    )
  }

  /// Puts schedules in the place of all that a deployment has: the new ones first, so that there is no moment without,
  /// but for one whose slug is taken. (A change of the deployment itself would do it in one call, and not where its
  /// schedules have slugs: the server then adds to them, deletes none, and refuses those without a slug.)
  public func replaceSchedules(
    of deployment: Prefect.Deployment, with schedules: [Prefect.DeploymentScheduleCreate]
  ) async throws {
    let slugs = Set(schedules.compactMap(\.slug))
    let inTheWay = deployment.schedules.filter { $0.slug.map(slugs.contains) ?? false }
    for old in inTheWay { try await deleteSchedule(old.id, ofDeployment: deployment.id) }
    if !schedules.isEmpty { _ = try await createSchedules(ofDeployment: deployment.id, schedules) }
    for old in deployment.schedules where !inTheWay.contains(where: { $0.id == old.id }) {
      try await deleteSchedule(old.id, ofDeployment: deployment.id)
    }
  }

  // MARK: Serving

  /// The runs of some deployments that are due: for a process that serves them without a work pool.
  public func scheduledFlowRuns(
    ofDeployments ids: [UUID], before: Date, limit: Int? = nil
  ) async throws -> [Prefect.FlowRun] {
    var body: JSONObject = [
      "deployment_ids": ids.map(\.wire).json, "scheduled_before": .string(WireDate.text(before)),
    ]
    body["limit"] = limit.map { .integer($0) }
    return try await decode(
      [Prefect.FlowRun].self,
      PrefectCall(
        .post, "/deployments/get_scheduled_flow_runs", body: .object(body), "polling for", "scheduled runs"))
  }

  private func deployment(
    _ method: HTTPMethod, _ id: UUID, _ path: String, _ body: JSONValue?, _ verb: String
  ) -> PrefectCall {
    PrefectCall(method, "/deployments/\(id.wire)\(path)", body: body, verb, "deployment \(id.wire)")
  }
}
