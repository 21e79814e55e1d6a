import Essentials
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import Logging
import PrefectAPI
import PrefectClient
import PrefectTesting
import ServiceLifecycle
import Synchronization
import Testing

/// A Prefect server as small as a worker needs it, after the recorded behaviour of 3.8.8: it keeps one pool and its
/// runs in memory, and answers a proposed state by the rules that a worker meets.
final class FakePrefect: Sendable {
  struct Run: Sendable {
    var id = UUID()
    var state: JSONValue = ["type": "SCHEDULED", "name": "Scheduled"]
    /// Every type that it has had.
    var history: [String] = ["SCHEDULED"]
    var due: Date?
    var jobVariables: JSONObject = [:]
    var pid: String?
    /// `empirical_policy`.
    var policy: JSONObject = [:]
    var type: String { state["type"]?.string ?? "" }
    var message: String { state["message"]?.string ?? "" }
  }

  struct State: Sendable {
    var runs: [Run] = []
    var pool: JSONObject?
    var deployment: JSONObject = [:]
    var patches: [JSONObject] = []
    var created: [JSONObject] = []
    var logs: [String] = []
    /// By name.
    var variables: [String: JSONValue] = [:]
    /// Blocks that wrap one value, by their names; those of type `secret` are masked.
    var blocks: [String: String] = [:]
    var deploymentReads = 0
    var isDeploymentGone = false
    var heartbeats = 0
    var polls = 0
    /// How often somebody has asked for the states of several runs.
    var stateReads = 0
    /// From which poll on the pool is paused, or has reached its limit: no run is given out.
    var heldBackFrom = Int.max
    /// When, after the first poll, the runs are due that it finds.
    var dueAfterPoll: Double?
    /// Answers 503 to everything.
    var isAway = false
    /// Answers 503 to who asks for the pool.
    var isPoolAway = false
    /// Breaks off the answer to the next proposal: it is carried out, and nobody learns of it.
    var losesNextAnswer = false
    /// Does not answer claims yet; what they propose is carried out.
    var holdsClaims = false
    /// Refuses claims, as where another worker was quicker.
    var refusesClaims = false

    subscript(id: UUID) -> Run? { runs.first { $0.id == id } }
  }

  let flow = UUID()
  let deployment = UUID()
  private let state = Mutex(State())
  private let port = Mutex<Int>(0)
  private let group = Mutex<ServiceGroup?>(nil)

  /// A server that listens.
  static func start() async throws -> FakePrefect {
    let fake = FakePrefect()
    try await fake.listen()
    return fake
  }

  // Not by cancelling: NIO takes that ill in the moment when a connection is made.
  func stop() { Task { [group = group.withLock { $0 }] in await group?.triggerGracefulShutdown() } }

  var now: State { state.withLock { $0 } }

  func change(_ body: @Sendable (inout State) -> Void) { state.withLock { body(&$0) } }

  /// Returns as soon as a condition holds; records an issue where it does not come to hold.
  func until(_ condition: @Sendable (State) -> Bool, _ location: SourceLocation = #_sourceLocation) async {
    let holds = try? await eventually { condition(now) ? true : nil }
    if holds.flatMap({ $0 }) != true {
      Issue.record("it did not happen; the runs were \(now.runs.map(\.history))", sourceLocation: location)
    }
  }

  /// Makes a run that is due, and gives its id.
  func add(_ jobVariables: JSONObject, due: Date? = nil) -> UUID {
    var run = Run()
    run.jobVariables = jobVariables
    run.due = due
    let added = run
    change { $0.runs.append(added) }
    return added.id
  }

  func run(_ id: UUID, has type: String, _ location: SourceLocation = #_sourceLocation) async -> Run? {
    await until({ $0[id]?.type == type }, location)
    return now[id]
  }

  var number: Int { port.withLock { $0 } }
  var url: String { "http://127.0.0.1:\(number)/api" }

  var client: PrefectClient {
    var configuration = PrefectConfiguration(apiURL: url)
    configuration.maxRetries = 0
    configuration.supportsCSRF = false
    return PrefectClient(configuration)
  }

  // MARK: Server

  private func listen() async throws {
    let router = Router()
    for method in [HTTPRequest.Method.get, .post, .patch, .delete] {
      router.on("/api/**", method: method) { request, _ in
        let bytes = Array(buffer: try await request.body.collect(upTo: 1 << 20))
        var body = (try? JSONValue(parsing: bytes)) ?? .null
        if method == .get { body = ["include_secrets": .bool(request.uri.query == "include_secrets=true")] }
        let path = request.uri.path.split(separator: "/").dropFirst().map(String.init)
        let (status, answer) = try self.answer(method.rawValue, Array(path), body)
        if body["state"]?["type"] == "PENDING" {
          _ = try await eventually(every: .milliseconds(10)) { self.now.holdsClaims ? nil : true }
        }
        return Response(
          status: .init(code: status), headers: [.contentType: "application/json"],
          body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.bytes())))
      }
    }
    var quiet = Logger(label: "fake")
    quiet.logLevel = .critical
    let logger = quiet
    let routes = router
    let address = await withCheckedContinuation { continuation in
      let application = Application(
        router: routes, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
        onServerRunning: { continuation.resume(returning: $0.localAddress?.port ?? 0) }, logger: logger)
      let services = ServiceGroup(configuration: .init(services: [application], logger: logger))
      group.withLock { $0 = services }
      Task { try await services.run() }
    }
    port.withLock { $0 = address }
  }

  private struct Lost: Error {}

  private func answer(_ method: String, _ path: [String], _ body: JSONValue) throws -> (Int, JSONValue) {
    if now.isAway || (now.isPoolAway && path.first == "work_pools") {
      return (503, ["exception_message": "Service Unavailable"])
    }
    var answer: (Int, JSONValue) = (404, ["detail": "Not Found"])
    var isLost = false
    state.withLock { state in
      answer = reply(&state, method, path, body)
      if path.last == "set_state", state.losesNextAnswer {
        state.losesNextAnswer = false
        isLost = true
      }
    }
    // Hummingbird makes it a 500, which this client does not send again.
    if isLost { throw Lost() }
    return answer
  }

  private func reply(
    _ state: inout State, _ method: String, _ path: [String], _ body: JSONValue
  ) -> (Int, JSONValue) {
    let id = path.count > 1 ? UUID(uuidString: path[1]) : nil
    switch (method, path.first, path.last) {
    case ("POST", "work_pools", "work_pools"):
      state.pool = body.object
      return (201, pool(state))
    case ("POST", "work_pools", "heartbeat"):
      state.heartbeats += 1
      return (204, .null)
    case ("POST", _, "get_scheduled_flow_runs"):
      state.polls += 1
      if state.polls == 1, let delay = state.dueAfterPoll {
        for place in state.runs.indices { state.runs[place].due = Date().addingTimeInterval(delay) }
      }
      let before = body["scheduled_before"]?.string.flatMap(WireDate.date(_:)) ?? .distantFuture
      let due =
        state.polls >= state.heldBackFrom
        ? [] : state.runs.filter { $0.type == "SCHEDULED" && ($0.due ?? .distantPast) <= before }
      if path.first == "deployments" { return (200, .array(due.map(document))) }
      return (
        200,
        .array(
          due.filter { $0.policy["retry_type"] != "in_process" }.map {
            [
              "work_pool_id": .string(UUID().wire), "work_queue_id": .string(UUID().wire),
              "flow_run": document($0),
            ]
          })
      )
    case ("GET", "work_pools", _):
      return state.pool == nil ? (404, ["detail": "Work pool not found."]) : (200, pool(state))
    case ("PATCH", "work_pools", _):
      for (key, value) in body.object ?? [:] { state.pool?[key] = value }
      return (204, .null)
    case ("GET", "flows", _), ("POST", "flows", _): return (200, ["id": .string(flow.wire), "name": "stars"])
    case ("POST", "deployments", _):
      state.deployment = body.object ?? [:]
      state.created.append(state.deployment)
      return (201, deployment(state))
    case ("GET", "deployments", _):
      state.deploymentReads += 1
      if state.isDeploymentGone || path[1] == "name" && state.deployment.isEmpty {
        return (404, ["detail": "Deployment not found"])
      }
      return (200, deployment(state))
    case ("PATCH", "deployments", _):
      state.patches.append(body.object ?? [:])
      for (key, value) in body.object ?? [:] { state.deployment[key] = value }
      return (204, .null)
    case ("GET", "block_types", let name?):
      guard let value = state.blocks[name] else { return (404, ["detail": "Block document not found"]) }
      let isMasked = path[2] == "secret" && body["include_secrets"] != true
      return (
        200,
        [
          "id": .string(flow.wire), "name": .string(name), "block_schema_id": .string(flow.wire),
          "block_type_id": .string(flow.wire), "data": ["value": .string(isMasked ? "********" : value)],
        ]
      )
    case ("GET", "variables", let name?):
      guard let value = state.variables[name] else { return (404, ["detail": "Variable not found"]) }
      return (200, ["id": .string(flow.wire), "name": .string(name), "value": value])
    case ("POST", "events", _): return (204, .null)
    case ("POST", "logs", _):
      state.logs += (body.array ?? []).compactMap { $0["message"]?.string }
      return (201, .null)
    case ("POST", "flow_runs", "filter"):
      state.stateReads += 1
      let ids = body["flow_runs"]?["id"]?["any_"]?.array?.compactMap(\.string) ?? []
      let types = body["flow_runs"]?["state"]?["type"]?["any_"]?.array?.compactMap(\.string) ?? []
      let offset = body["offset"]?.integer ?? 0
      let found = state.runs.filter { ids.contains($0.id.wire) && types.contains($0.type) }
      return (200, .array(found.dropFirst(offset).map(document)))
    case (_, "flow_runs", _):
      guard let place = state.runs.firstIndex(where: { $0.id == id }) else {
        return (404, ["detail": "Flow run not found"])
      }
      if method == "GET" { return (200, document(state.runs[place])) }
      if path.last == "set_state" {
        if state.isDeploymentGone, body["state"]?["type"] == "PENDING" {
          return (
            200,
            ["status": "ABORT", "details": ["type": "abort_details", "reason": "Deployment not found."]]
          )
        }
        if state.refusesClaims, body["state"]?["type"] == "PENDING" {
          return (
            200, ["status": "ABORT", "details": ["type": "abort_details", "reason": "It is taken."]]
          )
        }
        return Self.set(&state.runs[place], body)
      }
      if let pid = body["infrastructure_pid"]?.string { state.runs[place].pid = pid }
      if let policy = body["empirical_policy"]?.object { state.runs[place].policy = policy }
      return (204, .null)
    default: return (404, ["detail": "Not Found"])
    }
  }

  /// The state machine as far as a worker meets it (core_policy.py of Prefect 3.8.8, as recorded).
  private static func set(_ run: inout Run, _ body: JSONValue) -> (Int, JSONValue) {
    let proposed = body["state"] ?? .null
    let type = proposed["type"]?.string ?? ""
    func answer(_ status: String, _ reason: String? = nil) -> (Int, JSONValue) {
      (
        status == "ACCEPT" ? 201 : 200,
        [
          "state": run.state, "status": .string(status),
          "details": [
            "type": .string("\(status.lowercased())_details"), "reason": reason.map { .string($0) } ?? .null,
          ],
        ]
      )
    }
    if body["force"]?.bool != true {
      let isTerminal = ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"].contains(run.type)
      if type == "PENDING", run.type != "SCHEDULED" {
        return answer("ABORT", "This run is in a \(run.type) state and cannot transition to a PENDING state.")
      }
      if isTerminal, type == "CRASHED" {
        return answer("ABORT", "Run is already in terminal state \(run.type).")
      }
      if run.type == "CANCELLING", type != "CANCELLED" {
        return answer(
          "REJECT", "Cannot transition flow run from a cancelling to a state other than Cancelled.")
      }
      if isTerminal, type == "SCHEDULED" {
        run.policy["retry_type"] = "reschedule"
        run.policy["pause_keys"] = []
      }
    }
    run.state = proposed
    run.history.append(type)
    return answer("ACCEPT")
  }

  private func document(_ run: Run) -> JSONValue {
    [
      "id": .string(run.id.wire), "name": .string("run-\(run.id.wire.prefix(4))"),
      "flow_id": .string(flow.wire),
      "deployment_id": .string(deployment.wire), "state": run.state, "state_type": .string(run.type),
      "job_variables": .object(run.jobVariables), "empirical_policy": .object(run.policy),
      "next_scheduled_start_time": run.due.map { .string(WireDate.text($0)) } ?? .null,
    ]
  }

  private func pool(_ state: State) -> JSONValue {
    var pool = state.pool ?? [:]
    pool["id"] = .string(flow.wire)
    return .object(pool)
  }

  private func deployment(_ state: State) -> JSONValue {
    var document: JSONObject = ["name": "daily", "enforce_parameter_schema": true]
    for (key, value) in state.deployment { document[key] = value }
    if let schedules = document["schedules"]?.array {
      document["schedules"] = .array(
        schedules.map { schedule in
          var members = schedule.object ?? [:]
          members["id"] = .string(UUID().wire)
          return .object(members)
        })
    }
    document["id"] = .string(deployment.wire)
    document["flow_id"] = .string(flow.wire)
    return .object(document)
  }
}
