import ArgumentParser
import PrefectClient

/// `sluice deployment inspect`.
struct DeploymentInspectCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Prints everything about a deployment, as JSON.")

  @Argument(help: ArgumentHelp("The deployment.", valueName: "flow/name|id"))
  var name: String
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    let deployment = try await server.existingDeployment(name)
    try output.inspect(deployment)
  }
}
