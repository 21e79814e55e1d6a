import Essentials
import FlowKit
import Foundation
import JSON
import PrefectAPI
import PrefectClient

/// Pauses of a run at a Prefect server: somebody resumes it there, by the page of the run or `flow-run resume`.
struct PrefectPauses: PauseKeeper {
  /// The server's id of the run.
  let id: UUID
  let client: PrefectClient
  let stopSwitch: StopSwitch
  /// How often the server is asked whether somebody has resumed the run.
  var interval: Duration = .seconds(2)

  func pause(_ pause: Pause, of run: FlowRun) async throws -> JSONObject? {
    guard run.id == id else {
      throw Misconfiguration(
        "sub-flow \(run.flowName) pauses (\(pause.key)), and only a run that a worker started can",
        remedy: "Pause in the flow around it.")
    }
    let keys: JSONObject = [
      "schema": .string("\(pause.key)-schema"), "response": .string("\(pause.key)-response"),
      "description": .string("\(pause.key)-description"),
    ]
    if let input = pause.input {
      try await keep("\(pause.key)-schema", input.json.text())
      if let description = pause.description { try await keep("\(pause.key)-description", description) }
    }
    let answer = try await client.setFlowRunState(id, Self.state(pause, keys, now: run.clock.now()))
    switch answer.status {
    case .accept: run.log.info("waits for somebody to resume the run (\(pause.key))")
    case .reject where answer.details.reason?.contains("already fired") == true:
      return try await response(pause)
    default:
      throw Misconfiguration(
        "the server does not let the run pause (\(pause.key)): \(answer.details.reason ?? answer.status.rawValue)",
        remedy: pause.suspends ? "Only runs of deployments can be suspended." : nil)
    }
    if pause.suspends {
      stopSwitch.stop(.suspended)
      throw CancellationError()
    }
    while true {
      try await run.waitUncounted(interval)
      // An API that is away says nothing; what else becomes of the run, the watch over it sees.
      if let state = try? await client.flowRun(id).state, state.type == .running {
        return try await response(pause)
      }
    }
  }

  static func state(_ pause: Pause, _ keys: JSONObject, now: Date) -> Prefect.StateCreate {
    var state = Prefect.StateCreate(
      .paused, name: pause.suspends ? Prefect.StateName.suspended : Prefect.StateName.paused)
    state.stateDetails.pauseTimeout = now.addingTimeInterval(pause.timeout.seconds)
    state.stateDetails.pauseKey = pause.key
    state.stateDetails.pauseReschedule = pause.suspends
    if pause.input != nil { state.stateDetails.runInputKeyset = keys }
    return state
  }

  private func keep(_ key: String, _ text: String) async throws {
    do { try await client.createFlowRunInput(id, key: key, value: text) } catch let failure as PrefectFailure
      where failure.isConflict
    {
      // Kept before the run was repeated.
    }
  }

  private func response(_ pause: Pause) async throws -> JSONObject? {
    guard pause.input != nil, let text = try await client.flowRunInput(id, key: "\(pause.key)-response")
    else {
      return nil
    }
    return try JSONValue(parsing: text).object
  }
}
