import Essentials
import FlowKitTesting
import Foundation
import HTTP
import JSON
import PrefectAPI
import PrefectTesting
import Testing

@testable import PrefectClient

/// A client that never really waits.
func client(
  of server: ScriptedServer, clock: ManualClock = ManualClock(),
  _ adjust: (inout PrefectConfiguration) -> Void = { _ in }
) -> PrefectClient {
  var configuration = PrefectConfiguration(apiURL: server.url)
  configuration.retryJitter = 0
  adjust(&configuration)
  return PrefectClient(configuration, http: HTTPClient(), clock: clock, random: { 0.5 })
}

let flowID = UUID()
let flow: JSONValue = ["id": .string(flowID.wire), "name": "etl"]
let busy = ScriptedServer.Answer.json(503, ["exception_message": "Service Unavailable"])

@Suite("Requests are sent again, and nothing is done twice by that") struct RepetitionTests {
  @Test("Passing answers are asked for again, with waits that grow", arguments: [408, 429, 502, 503])
  func passing(status: Int) async throws {
    let server = try ScriptedServer(.json(status, [:]), .json(status, [:]), .json(200, flow))
    let clock = ManualClock()
    #expect(try await client(of: server, clock: clock).flow(flowID).name == "etl")
    #expect(clock.waits == [.milliseconds(250), .seconds(2)])
    #expect(server.calls.count == 3)
  }

  @Test("Retry-After is waited for, with a fraction too")
  func retryAfter() async throws {
    let server = try ScriptedServer(
      .json(503, [:], headers: [("Retry-After", "7")]), .json(429, [:], headers: [("Retry-After", "1.5")]),
      .json(200, flow))
    let clock = ManualClock()
    _ = try await client(of: server, clock: clock).flow(flowID)
    #expect(clock.waits == [.seconds(7), .milliseconds(1500)])
  }

  @Test("After the last attempt the failure is transient and says what the server said")
  func lastAttempt() async throws {
    let server = try ScriptedServer(busy)
    let failure = await #expect(throws: PrefectFailure.self) {
      try await client(of: server) { $0.maxRetries = 2 }.flow(flowID)
    }
    #expect(server.calls.count == 3)
    #expect(failure?.kind == .transient)
    #expect(
      failure?.message
        == "reading the flow \(flowID.wire): the server answered 503: Service Unavailable")
  }

  @Test("Whoever repeats by a rhythm of his own hears of the first failure")
  func noRetries() async throws {
    let server = try ScriptedServer(busy)
    let client = client(of: server).retrying(atMost: 0)
    await #expect(throws: PrefectFailure.self) {
      try await client.createFlow(Prefect.FlowCreate(name: "etl"))
    }
    #expect(server.calls.count == 1)
  }

  @Test("Maintenance is waited for without end")
  func maintenance() async throws {
    let closed = ScriptedServer.Answer.json(503, [:], headers: [("Prefect-Maintenance", "true")])
    let server = try ScriptedServer(closed, closed, closed, closed, .json(200, flow))
    let clock = ManualClock()
    #expect(try await client(of: server, clock: clock) { $0.maxRetries = 1 }.flow(flowID).name == "etl")
    #expect(clock.waits == [.milliseconds(250), .seconds(2), .seconds(4), .seconds(8)])
  }

  @Test("500 and refusals are the last word", arguments: [400, 403, 409, 422, 500])
  func lastWord(status: Int) async throws {
    let server = try ScriptedServer(.json(status, [:]))
    await #expect(throws: PrefectFailure.self) { try await client(of: server).flow(flowID) }
    #expect(server.calls.count == 1)
  }

  @Test("Further statuses are sent again where the settings say so")
  func extraStatuses() async throws {
    let server = try ScriptedServer(.json(500, [:]), .json(200, flow))
    #expect(try await client(of: server) { $0.extraRetryStatuses = [500] }.flow(flowID).name == "etl")
  }

  @Test("A state is proposed again under the same transition, and the lost answer's acceptance counts")
  func transition() async throws {
    let sent = Signal<JSONValue>()
    let server = try ScriptedServer { request in
      if request.target.hasPrefix("/api/csrf-token") { return .json(404, ["detail": "Not Found"]) }
      let transition = request.json["state"]?["state_details"]?["transition_id"] ?? .null
      guard let first = sent.set(transition) else { return .cut }
      let state: JSONValue = [
        "id": .string(UUID().wire), "type": "RUNNING", "state_details": ["transition_id": first],
      ]
      return .json(
        200,
        [
          "state": state, "status": "REJECT",
          "details": [
            "type": "reject_details", "reason": "This run has already made this state transition.",
          ],
        ])
    }
    let result = try await client(of: server).setFlowRunState(UUID(), Prefect.StateCreate(.running))
    #expect(result.status == .accept)
    #expect(result.state?.type == .running)
    let transitions = server.calls.map { $0.json["state"]?["state_details"]?["transition_id"] }
    #expect(transitions.count == 2)
    #expect(transitions[0] == transitions[1])
    #expect(transitions[0]?.string.flatMap { UUID(uuidString: $0) } != nil)
  }

  @Test("A rejection that no attempt came before stays one")
  func rejection() async throws {
    let transition = UUID()
    let server = try ScriptedServer(
      .json(
        200,
        [
          "state": ["type": "RUNNING", "state_details": ["transition_id": .string(transition.wire)]],
          "status": "REJECT", "details": ["type": "reject_details", "reason": "no"],
        ]))
    var state = Prefect.StateCreate(.running)
    state.stateDetails.transitionID = transition
    let result = try await client(of: server).setFlowRunState(UUID(), state)
    #expect(result.status == .reject)
    #expect(result.details.reason == "no")
  }

  @Test("A failure whose answer was lost, and was a retry, is told as that retry")
  func lostRetry() async throws {
    let run = UUID()
    let server = try ScriptedServer { request in
      if request.target.hasPrefix("/api/csrf-token") { return .json(404, ["detail": "Not Found"]) }
      guard request.method == "GET" else { return .cut }
      return .json(
        200,
        [
          "id": .string(run.wire), "name": "n", "flow_id": .string(flowID.wire),
          "state": [
            "type": "SCHEDULED", "name": "AwaitingRetry",
            "state_details": ["scheduled_time": "2026-11-21T00:00:05Z"],
          ],
        ])
    }
    let result = try await client(of: server).setFlowRunState(run, Prefect.StateCreate(.failed))
    #expect(result.status == .reject)
    #expect(result.state?.name == "AwaitingRetry")
    #expect(server.calls.filter { $0.method == "POST" }.count == 1)
  }

  @Test("A run is made again under the same idempotency key")
  func idempotency() async throws {
    let run: JSONValue = ["id": .string(UUID().wire), "name": "n", "flow_id": .string(flowID.wire)]
    let server = try ScriptedServer(.cut, busy, .json(200, run))
    _ = try await client(of: server).createFlowRun(
      deployment: UUID(), Prefect.DeploymentFlowRunCreate(parameters: ["n": 1]))
    let keys = server.calls.map { $0.json["idempotency_key"]?.string }
    #expect(keys.count == 3)
    #expect(Set(keys).count == 1)
    #expect(keys.first??.isEmpty == false)
  }

  @Test("A name that is taken by the attempt whose answer was lost is ours")
  func takenByOurselves() async throws {
    let variable: JSONValue = ["id": .string(UUID().wire), "name": "v", "value": 1]
    let server = try ScriptedServer(.cut, .json(409, ["detail": "exists"]), .json(200, variable))
    let create = Prefect.VariableCreate(name: "v", value: 1)
    #expect(try await client(of: server).createVariable(create).value == 1)
    #expect(server.calls.map(\.method) == ["POST", "POST", "GET"])

    let taken = try ScriptedServer(busy, .json(409, ["detail": "Variable exists"]))
    let failure = await #expect(throws: PrefectFailure.self) {
      try await client(of: taken).createVariable(create)
    }
    #expect(failure?.isConflict == true)
    #expect(failure?.message == "creating the variable v: the server refused it (409): Variable exists")
  }

  @Test("What is gone after a lost answer was deleted by it")
  func deleted() async throws {
    let server = try ScriptedServer(.cut, .json(404, ["detail": "Variable not found"]))
    try await client(of: server).deleteVariable("v")
    #expect(server.calls.count == 2)
    let never = try ScriptedServer(.json(404, ["detail": "Variable not found"]))
    await #expect(throws: PrefectFailure.self) { try await client(of: never).deleteVariable("v") }
  }

  @Test("Schedules are sent again only where they surely were not made")
  func schedules() async throws {
    let made: JSONValue = []
    let refused = try ScriptedServer(busy, .json(201, made))
    let schedule = Prefect.DeploymentScheduleCreate(.cron("@daily"))
    _ = try await client(of: refused).createSchedules(ofDeployment: UUID(), [schedule])
    #expect(refused.calls.count == 2)
    for answer in [ScriptedServer.Answer.cut, .json(502, [:])] {
      let lost = try ScriptedServer(answer, .json(201, made))
      let failure = await #expect(throws: PrefectFailure.self) {
        try await client(of: lost).createSchedules(ofDeployment: UUID(), [schedule])
      }
      #expect(failure?.kind == .transient)
      #expect(lost.calls.count == 1)
    }
  }

  @Test("A refused connection fails at once, with the setting to check")
  func refusedConnection() async throws {
    let port = try ScriptedServer(.cut).port
    let clock = ManualClock()
    let client = PrefectClient(
      PrefectConfiguration(apiURL: "http://127.0.0.1:\(port)/api"), http: HTTPClient(),
      clock: clock)
    let failure = await #expect(throws: PrefectFailure.self) { try await client.serverVersion() }
    #expect(failure?.kind == .transient)
    #expect(failure?.remedy?.contains("PREFECT_API_URL") == true)
    #expect(clock.waits.isEmpty)
  }

  @Test("Cancelling ends the waits")
  func cancellation() async throws {
    let server = try ScriptedServer(busy)
    let client = PrefectClient(PrefectConfiguration(apiURL: server.url))
    let task = Task { try await client.flow(flowID) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}
