import ArgumentParser

/// `sluice deployment`: the deployments of a Prefect server.
struct DeploymentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deployment", abstract: "Lists, runs, schedules, pauses and deletes deployments.",
    discussion: "A deployment is named flow/name, or by its id.",
    subcommands: [
      DeploymentListCommand.self, DeploymentInspectCommand.self, DeploymentRunCommand.self,
      DeploymentScheduleCommand.self, DeploymentSetScheduleCommand.self, DeploymentClearScheduleCommand.self,
      DeploymentPauseCommand.self, DeploymentResumeCommand.self, DeploymentDeleteCommand.self,
    ], aliases: ["deployments"])
}
