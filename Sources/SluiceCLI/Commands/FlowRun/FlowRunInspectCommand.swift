import ArgumentParser
import PrefectAPI
import PrefectClient

/// `sluice flow-run inspect`.
struct FlowRunInspectCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Prints everything about a flow run, as JSON.")

  @Argument(help: ArgumentHelp("The flow run.", valueName: "id|name"))
  var run: String
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    let run = try await server.existingFlowRun(run)
    try output.inspect(run)
  }
}
