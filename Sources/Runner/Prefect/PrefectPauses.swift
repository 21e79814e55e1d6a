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
    // A pause that has happened before this process, and was not ended by a person, happens again: by another key, as the
    // server takes each once.
    let states = try await client.flowRunStates(id)
    if let key = Self.resumedKey(of: pause, states) { return try await response(pause, key) }
    var number = 1
    var (key, answer) = (pause.key, try await propose(pause, pause.key, now: run.clock.now()))
    while answer.status == .reject, answer.details.reason?.contains("already fired") == true {
      number += 1
      key = Self.key(of: pause, number)
      answer = try await propose(pause, key, now: run.clock.now())
    }
    switch answer.status {
    case .accept: run.log.info("waits for somebody to resume the run (\(pause.key))")
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
        return try await response(pause, key)
      }
    }
  }

  private func propose(_ pause: Pause, _ key: String, now: Date) async throws -> Prefect.OrchestrationResult {
    if let input = pause.input {
      try await keep("\(key)-schema", input.json.text())
      if let description = pause.description { try await keep("\(key)-description", description) }
    }
    return try await client.setFlowRunState(id, Self.state(pause, key, now: now))
  }

  /// The server's key of a pause that happens for the so manieth time.
  private static func key(of pause: Pause, _ number: Int) -> String {
    number == 1 ? pause.key : "\(pause.key)-again-\(number)"
  }

  /// The key by which a pause has happened and was ended by a person; nil where it was not.
  ///
  /// - Parameter states: all of the run, in their order. A person's RUNNING names no transition, as every proposal of a
  ///   program does, also that of a process that takes a paused run up.
  static func resumedKey(of pause: Pause, _ states: [Prefect.State]) -> String? {
    for (paused, next) in zip(states, states.dropFirst()) where paused.type == .paused {
      guard let key = paused.details.pauseKey,
        key == pause.key
          || key.hasPrefix("\(pause.key)-again-") && key.dropFirst(pause.key.count + 7).allSatisfy(\.isNumber)
      else { continue }
      let isResumed =
        next.type == .running && next.details.transitionID == nil
        || next.type == .scheduled && next.displayName == "Resuming"
      if isResumed { return key }
    }
    return nil
  }

  static func state(_ pause: Pause, _ key: String, now: Date) -> Prefect.StateCreate {
    let keys: JSONObject = [
      "schema": .string("\(key)-schema"), "response": .string("\(key)-response"),
      "description": .string("\(key)-description"),
    ]
    var state = Prefect.StateCreate(
      .paused, name: pause.suspends ? Prefect.StateName.suspended : Prefect.StateName.paused)
    state.stateDetails.pauseTimeout = now.addingTimeInterval(pause.timeout.seconds)
    state.stateDetails.pauseKey = key
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

  private func response(_ pause: Pause, _ key: String) async throws -> JSONObject? {
    guard pause.input != nil, let text = try await client.flowRunInput(id, key: "\(key)-response")
    else {
      return nil
    }
    return try JSONValue(parsing: text).object
  }
}
