import ArgumentParser
import JSON
import PrefectAPI
import PrefectClient
import Worker

/// `sluice deployment pause`.
struct DeploymentPauseCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Pauses a deployment: its schedules make no runs.")

  @Argument(help: ArgumentHelp("The deployment.", valueName: "flow/name|id"))
  var name: String
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    try await server.setPaused(name, true)
    output.done("Paused deployment '\(name)'.", ["deployment": .string(name), "paused": true])
  }
}

/// `sluice deployment resume`.
struct DeploymentResumeCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Lets a paused deployment go on.")

  @Argument(help: ArgumentHelp("The deployment.", valueName: "flow/name|id"))
  var name: String
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    try await server.setPaused(name, false)
    output.done("Resumed deployment '\(name)'.", ["deployment": .string(name), "paused": false])
  }
}

extension PrefectClient {
  fileprivate func setPaused(_ name: String, _ paused: Bool) async throws {
    let deployment = try await existingDeployment(name)
    if let update = ServedFlow.adoption(of: deployment, paused: paused) {
      return try await updateDeployment(deployment.id, update)
    }
    // Every change deletes the runs that are planned, so none is sent where nothing changes.
    if deployment.paused != paused { try await setDeploymentPaused(deployment.id, paused) }
  }
}
