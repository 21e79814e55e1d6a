import ArgumentParser
import Essentials
import PrefectAPI
import PrefectClient

/// `sluice deployment schedule create`.
struct ScheduleCreateCommand: ServerCommand {
  static let configuration = CommandConfiguration(commandName: "create", abstract: "Adds a schedule.")

  @Argument(help: ArgumentHelp("The deployment.", valueName: "flow/name|id"))
  var name: String
  @OptionGroup var schedule: ScheduleOptions
  @Flag(help: "Put it in the place of all schedules that there are.")
  var replace = false
  @OptionGroup var confirmation: ConfirmationOptions
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    try await server.addSchedule(schedule, to: name, replacing: replace, output)
  }
}

/// `sluice deployment set-schedule`: Prefect's older name for a schedule that replaces all others.
struct DeploymentSetScheduleCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "set-schedule", abstract: "Gives a deployment one schedule, in place of all it has.")

  @Argument(help: ArgumentHelp("The deployment.", valueName: "flow/name|id"))
  var name: String
  @OptionGroup var schedule: ScheduleOptions
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    try await server.addSchedule(schedule, to: name, replacing: true, output)
  }
}

extension PrefectClient {
  fileprivate func addSchedule(
    _ options: ScheduleOptions, to name: String, replacing: Bool, _ output: OutputOptions
  ) async throws {
    let deployment = try await existingDeployment(name)
    let schedule = try options.schedule(for: deployment, named: name)
    if replacing {
      try await replaceSchedules(of: deployment, with: [schedule])
    } else {
      if let slug = schedule.slug, deployment.schedules.contains(where: { $0.slug == slug }) {
        throw Misconfiguration(
          "the deployment \(name) has a schedule \(slug) already",
          remedy: "Give another --slug, delete that one, or use --replace.")
      }
      _ = try await createSchedules(ofDeployment: deployment.id, [schedule])
    }
    let words = Words.schedule(schedule.schedule)
    try output.show(
      try await schedules(ofDeployment: deployment.id),
      replacing
        ? "Replaced the schedules of deployment '\(name)' with \(words)."
        : "Added to deployment '\(name)' the schedule \(words).")
  }
}
