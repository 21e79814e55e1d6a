import ArgumentParser
import PrefectAPI
import PrefectClient

/// `sluice flow-run watch`.
struct FlowRunWatchCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "Shows states and log lines of a flow run until it ends.",
    discussion: "Ends with 0 if the run completed, else with 1.")

  @Argument(help: ArgumentHelp("The flow run.", valueName: "id|name"))
  var run: String
  @OptionGroup var watching: WatchOptions
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    try await watching.watch(try await server.existingFlowRun(run), on: server, output)
  }
}
