import ArgumentParser
import Essentials
import Foundation
import JSON
import PrefectAPI
import PrefectClient

/// `sluice flow-run retry`.
struct FlowRunRetryCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry",
    abstract: "Schedules a flow run that has ended once more, with the same parameters.",
    discussion: "The run must be one of a deployment, whose worker executes it again.")

  @Argument(help: ArgumentHelp("The flow run.", valueName: "id|name"))
  var run: String
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    let run = try await server.existingFlowRun(run)
    guard run.stateType?.isTerminal == true else {
      throw Rejection(
        "flow run \(run.id.wire) cannot be retried: it has not ended, it is \(run.state?.displayName ?? "without a state")"
      )
    }
    guard run.deploymentID != nil else {
      throw Rejection(
        "flow run \(run.id.wire) cannot be retried: it belongs to no deployment, so that no worker would execute it"
      )
    }
    // The server has a rule against repeating what is completed and has its result; to ask for it is reason enough. All
    // else goes by its rules, one of which counts the retries.
    let isForced = run.stateType == .completed
    if isForced, run.policy.remembersAttempt {
      // The rules would do this too. Without it no worker finds a run that its process has repeated before.
      var update = Prefect.FlowRunUpdate()
      update.empiricalPolicy = run.policy.rescheduled
      try await server.updateFlowRun(run.id, update)
    }
    var details = Prefect.StateDetails()
    details.scheduledTime = Date()
    let result = try await server.setFlowRunState(
      run.id,
      Prefect.StateCreate(.scheduled, message: "Retried by hand", details: details), force: isForced)
    guard result.status == .accept else {
      throw Rejection(
        "flow run \(run.id.wire) cannot be retried: \(result.details.reason ?? "the server did not say why")")
    }
    output.done(
      "Flow run '\(run.name)' is scheduled once more.",
      ["id": .string(run.id.wire), "state": .string(result.state?.displayName ?? "")])
  }
}
