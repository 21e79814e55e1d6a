import ArgumentParser
import JSON
import PrefectAPI
import PrefectClient

/// `sluice deployment delete`.
struct DeploymentDeleteCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Deletes a deployment, its schedules and its runs that have not started."
  )

  @Argument(help: ArgumentHelp("The deployment.", valueName: "flow/name|id"))
  var name: String
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    let deployment = try await server.existingDeployment(name)
    try await server.deleteDeployment(deployment.id)
    output.done("Deleted deployment '\(name)'.", ["deleted": .string(deployment.id.wire)])
  }
}
