import ArgumentParser
import JSON
import PrefectAPI
import PrefectClient

/// `sluice deployment schedule delete`.
struct ScheduleDeleteCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Deletes a schedule, or all.")

  @OptionGroup var schedule: ScheduleArguments
  @OptionGroup var confirmation: ConfirmationOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if schedule.name == nil, !confirmation.acceptsYes {
      throw ValidationError(
        "--all without a deployment deletes every schedule of the server; confirm it with -y")
    }
  }

  func perform(on server: PrefectClient) async throws {
    let found = try await schedule.find(on: server)
    var deleted: [JSONValue] = []
    for (deployment, schedules) in found {
      for schedule in schedules {
        try await server.deleteSchedule(schedule.id, ofDeployment: deployment.id)
        deleted.append(.string(schedule.id.wire))
      }
    }
    output.done(
      "Deleted \(deleted.count) schedule(s) of \(schedule.subject(found.count)).",
      ["deleted": .array(deleted)])
  }
}

/// `sluice deployment schedule clear`.
struct ScheduleClearCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "clear", abstract: "Deletes all schedules of a deployment.")

  @Argument(help: ArgumentHelp("The deployment.", valueName: "flow/name|id"))
  var name: String
  @OptionGroup var confirmation: ConfirmationOptions
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws { try await server.clearSchedules(of: name, output) }
}

/// `sluice deployment clear-schedule`: Prefect's older name for the same.
struct DeploymentClearScheduleCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "clear-schedule", abstract: "Deletes all schedules of a deployment.")

  @Argument(help: ArgumentHelp("The deployment.", valueName: "flow/name|id"))
  var name: String
  @OptionGroup var confirmation: ConfirmationOptions
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws { try await server.clearSchedules(of: name, output) }
}

extension PrefectClient {
  fileprivate func clearSchedules(of name: String, _ output: OutputOptions) async throws {
    let deployment = try await existingDeployment(name)
    try await replaceSchedules(of: deployment, with: [])
    output.done(
      "Cleared \(deployment.schedules.count) schedule(s) of deployment '\(name)'.",
      ["deleted": .array(deployment.schedules.map { .string($0.id.wire) })])
  }
}
