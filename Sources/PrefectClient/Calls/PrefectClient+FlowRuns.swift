public import FoundationEssentials
import HTTP
public import JSON
public import PrefectAPI

extension PrefectClient {
  // MARK: Flows

  /// Makes a flow known by its name; gives the one that is there already.
  public func createFlow(_ flow: Prefect.FlowCreate) async throws -> Prefect.Flow {
    try await decode(
      Prefect.Flow.self,
      PrefectCall(.post, "/flows/", body: flow.wireDocument(), "registering", "flow \(flow.name)"))
  }

  public func flow(_ id: UUID) async throws -> Prefect.Flow {
    try await decode(
      Prefect.Flow.self, PrefectCall(.get, "/flows/\(id.wire)", "reading", "flow \(id.wire)"))
  }

  /// The flow of a name; nil where there is none.
  public func flow(named name: String) async throws -> Prefect.Flow? {
    try await find(
      Prefect.Flow.self, PrefectCall(.get, "/flows/name/\(Self.segment(name))", "reading", "flow \(name)"))
  }

  /// - Parameter limit: how many at most; nil for all.
  public func flows(
    _ filters: Prefect.Filters = Prefect.Filters(), sort: Prefect.FlowSort? = nil, limit: Int? = nil,
    offset: Int = 0
  ) async throws -> [Prefect.Flow] {
    try await list(
      Prefect.Flow.self, "/flows/filter", filters, sort: sort?.rawValue, limit: limit, offset: offset, "flows"
    )
  }

  /// Deletes a flow with all its runs.
  public func deleteFlow(_ id: UUID) async throws {
    try await perform(PrefectCall(.delete, "/flows/\(id.wire)", "deleting", "flow \(id.wire)"))
  }

  // MARK: Flow runs

  /// Makes a run without a deployment. Its idempotency key is made up where it has none.
  public func createFlowRun(_ run: Prefect.FlowRunCreate) async throws -> Prefect.FlowRun {
    var run = run
    run.idempotencyKey = run.idempotencyKey ?? UUID().wire
    return try await decode(
      Prefect.FlowRun.self,
      PrefectCall(
        .post, "/flow_runs/", body: run.wireDocument(), "creating a run of", "flow \(run.flowID.wire)"))
  }

  /// Makes a run of a deployment. Its idempotency key is made up where it has none.
  public func createFlowRun(
    deployment id: UUID, _ run: Prefect.DeploymentFlowRunCreate
  ) async throws -> Prefect.FlowRun {
    var run = run
    run.idempotencyKey = run.idempotencyKey ?? UUID().wire
    return try await decode(
      Prefect.FlowRun.self,
      PrefectCall(
        .post, "/deployments/\(id.wire)/create_flow_run", body: run.wireDocument(), "creating a run of",
        "deployment \(id.wire)"))
  }

  public func flowRun(_ id: UUID) async throws -> Prefect.FlowRun {
    try await decode(Prefect.FlowRun.self, run(.get, id, "", nil, "reading"))
  }

  /// - Parameter limit: how many at most; nil for all.
  public func flowRuns(
    _ filters: Prefect.Filters = Prefect.Filters(), sort: Prefect.FlowRunSort? = nil, limit: Int? = nil,
    offset: Int = 0
  ) async throws -> [Prefect.FlowRun] {
    try await list(
      Prefect.FlowRun.self, "/flow_runs/filter", filters, sort: sort?.rawValue, limit: limit, offset: offset,
      "flow runs")
  }

  /// How many flow runs the filters let through.
  public func flowRunCount(_ filters: Prefect.Filters = Prefect.Filters()) async throws -> Int {
    try await decode(
      Int.self,
      PrefectCall(.post, "/flow_runs/count", body: filters.wireDocument(), "counting", "flow runs"))
  }

  public func updateFlowRun(_ id: UUID, _ update: Prefect.FlowRunUpdate) async throws {
    try await perform(run(.patch, id, "", update.wireDocument(), "changing"))
  }

  /// Adds labels to a run; those of the same key are replaced.
  public func updateFlowRunLabels(_ id: UUID, _ labels: JSONObject) async throws {
    try await perform(run(.patch, id, "/labels", .object(labels), "labelling"))
  }

  public func deleteFlowRun(_ id: UUID) async throws {
    try await perform(run(.delete, id, "", nil, "deleting"))
  }

  /// Proposes a state for a run. Its `transition_id` is made up where it has none.
  ///
  /// - Parameter force: passes the orchestration rules by.
  /// - Returns: what became of it. Where an answer was lost, the one that it was.
  public func setFlowRunState(
    _ id: UUID, _ state: Prefect.StateCreate, force: Bool = false
  ) async throws -> Prefect.OrchestrationResult {
    var state = state
    let transition = state.stateDetails.transitionID ?? UUID()
    state.stateDetails.transitionID = transition
    let body: JSONValue = ["state": try state.wireDocument(), "force": .bool(force)]
    let call = run(
      .post, id, "/set_state", body, "setting \(state.name ?? state.type.rawValue) as the state of")
    let success = try await send(call) {
      state.type == .failed ? try await self.retryInsteadOfFailure(id) : nil
    }
    let result = try decode(Prefect.OrchestrationResult.self, success, call)
    guard success.followsOpenAttempt, result.status == .reject, let current = result.state,
      current.details.transitionID == transition
    else { return result }
    // The attempt whose answer was lost had been accepted.
    return Prefect.OrchestrationResult(
      state: current, status: .accept, details: Prefect.OrchestrationDetails(.accept))
  }

  /// The answer to FAILED that was lost, where it was a retry: that state has no transition of ours, and proposing
  /// FAILED once more would end a run that is to be repeated.
  private func retryInsteadOfFailure(_ id: UUID) async throws -> HTTPResponse? {
    guard let current = try await flowRun(id).state, current.displayName == Prefect.StateName.awaitingRetry
    else {
      return nil
    }
    let result = Prefect.OrchestrationResult(
      state: current, status: .reject, details: Prefect.OrchestrationDetails(.reject, reason: "Retrying"))
    return HTTPResponse(status: 200, body: try result.wireDocument().bytes())
  }

  /// Every state that a run has had, from the first.
  public func flowRunStates(_ id: UUID) async throws -> [Prefect.State] {
    try await decode(
      [Prefect.State].self,
      PrefectCall(
        .get, "/flow_run_states/", query: [("flow_run_id", id.wire)], "reading the states of",
        "flow run \(id.wire)")
    ).sorted { ($0.timestamp ?? .distantPast) < ($1.timestamp ?? .distantPast) }
  }

  /// Lets a paused or suspended run go on.
  ///
  /// - Parameter input: what the pause asked for.
  public func resumeFlowRun(_ id: UUID, input: JSONObject? = nil) async throws -> Prefect.OrchestrationResult
  {
    let body: JSONValue = ["run_input": input.map { .object($0) } ?? .null]
    return try await decode(
      Prefect.OrchestrationResult.self, run(.post, id, "/resume", body, "resuming"))
  }

  // MARK: Input of flow runs

  /// Keeps a value for a run. A key is taken once.
  public func createFlowRunInput(_ id: UUID, key: String, value: String, sender: String? = nil) async throws {
    var body: JSONObject = ["key": .string(key), "value": .string(value)]
    body["sender"] = sender.map { .string($0) }
    do {
      try await perform(run(.post, id, "/input", .object(body), "writing the input \(key) of"))
    } catch let failure as PrefectFailure where failure.isConflict && failure.followsOpenAttempt {
      // Taken by the attempt whose answer was lost.
    }
  }

  /// The text kept for a run under a key; nil where there is none.
  public func flowRunInput(_ id: UUID, key: String) async throws -> String? {
    let call = run(.get, id, "/input/\(Self.segment(key))", nil, "reading the input \(key) of")
    do {
      // The answer is the text as it was kept, which is JSON by custom only.
      return try await send(call).response.text
    } catch let failure as PrefectFailure where failure.isNotFound {
      return nil
    }
  }

  /// What is kept for a run under keys that begin with a text.
  public func flowRunInputs(
    _ id: UUID, prefix: String, limit: Int = 200, excluding keys: [String] = []
  ) async throws -> [Prefect.FlowRunInput] {
    let body: JSONValue = ["prefix": .string(prefix), "limit": .integer(limit), "exclude_keys": keys.json]
    return try await decode(
      [Prefect.FlowRunInput].self, run(.post, id, "/input/filter", body, "reading the input of"))
  }

  public func deleteFlowRunInput(_ id: UUID, key: String) async throws {
    try await perform(run(.delete, id, "/input/\(Self.segment(key))", nil, "deleting the input \(key) of"))
  }

  private func run(
    _ method: HTTPMethod, _ id: UUID, _ path: String, _ body: JSONValue?, _ verb: String
  ) -> PrefectCall {
    PrefectCall(method, "/flow_runs/\(id.wire)\(path)", body: body, verb, "flow run \(id.wire)")
  }

  /// A name as one segment of a path.
  static func segment(_ name: String) -> String { URLText.encode(name) }
}
