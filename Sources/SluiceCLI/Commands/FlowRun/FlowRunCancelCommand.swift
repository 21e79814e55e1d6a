import ArgumentParser
import Essentials
import JSON
import PrefectAPI
import PrefectClient

/// `sluice flow-run cancel`.
struct FlowRunCancelCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "Cancels a flow run: what executes it stops it.")

  @Argument(help: ArgumentHelp("The flow run.", valueName: "id|name"))
  var run: String
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    let run = try await server.existingFlowRun(run)
    let result = try await server.setFlowRunState(run.id, Prefect.StateCreate(.cancelling))
    // A run that nothing executes is cancelled at once, which the server calls a rejection.
    guard result.status != .abort, result.state?.type == .cancelling || result.state?.type == .cancelled
    else {
      throw Rejection(
        "flow run \(run.id.wire) cannot be cancelled: \(result.details.reason ?? "the server did not say why")"
      )
    }
    let isDone = result.state?.type == .cancelled
    output.done(
      "Flow run '\(run.name)' \(isDone ? "is cancelled" : "is being cancelled").",
      ["id": .string(run.id.wire), "state": .string(result.state?.displayName ?? "")])
  }
}
