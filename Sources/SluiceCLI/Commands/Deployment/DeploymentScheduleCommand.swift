import ArgumentParser

/// `sluice deployment schedule`: the schedules of a deployment.
struct DeploymentScheduleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schedule", abstract: "The schedules of a deployment.",
    discussion: "A schedule is named by its id, or by its slug.",
    subcommands: [
      ScheduleListCommand.self, ScheduleCreateCommand.self, SchedulePauseCommand.self,
      ScheduleResumeCommand.self,
      ScheduleDeleteCommand.self, ScheduleClearCommand.self,
    ])
}
