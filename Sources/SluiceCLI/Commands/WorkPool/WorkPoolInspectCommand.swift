import ArgumentParser
import PrefectAPI
import PrefectClient

/// `sluice work-pool inspect`.
struct WorkPoolInspectCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Prints everything about a work pool, as JSON.")

  @Argument(help: "The work pool.")
  var name: String
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    try output.inspect(try await server.existingWorkPool(name))
  }
}
