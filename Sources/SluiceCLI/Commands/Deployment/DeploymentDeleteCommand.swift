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
  var name: String?
  @Option(help: "Its id, in place of its name.")
  var id: String?
  @Flag(help: "Delete all deployments of the server; only with -y.")
  var all = false
  @OptionGroup var confirmation: ConfirmationOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard [all, name != nil, id != nil].count(where: { $0 }) == 1 else {
      throw ValidationError("which deployment? Name one, or give --id or --all")
    }
    if all, !confirmation.acceptsYes {
      throw ValidationError("--all deletes every deployment of the server; confirm it with -y")
    }
  }

  func perform(on server: PrefectClient) async throws {
    guard let name = name ?? id else {
      let ids = try await server.deployments().map(\.id)
      for id in ids { try await server.deleteDeployment(id) }
      return output.done(
        "Deleted \(ids.count) deployments.", ["deleted": .array(ids.map { .string($0.wire) })])
    }
    let deployment = try await server.existingDeployment(name)
    try await server.deleteDeployment(deployment.id)
    output.done("Deleted deployment '\(name)'.", ["deleted": .string(deployment.id.wire)])
  }
}
