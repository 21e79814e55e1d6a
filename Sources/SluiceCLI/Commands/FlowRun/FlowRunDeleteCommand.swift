import ArgumentParser
import JSON
import PrefectAPI
import PrefectClient

/// `sluice flow-run delete`.
struct FlowRunDeleteCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Deletes a flow run with its log. What executes it is not stopped.")

  @Argument(help: ArgumentHelp("The flow run.", valueName: "id|name"))
  var run: String
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    let run = try await server.existingFlowRun(run)
    try await server.deleteFlowRun(run.id)
    output.done("Deleted flow run '\(run.name)'.", ["deleted": .string(run.id.wire)])
  }
}
