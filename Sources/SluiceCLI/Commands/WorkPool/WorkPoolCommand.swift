import ArgumentParser

/// `sluice work-pool`: the work pools of a Prefect server.
struct WorkPoolCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "work-pool", abstract: "Creates, lists, limits, pauses and deletes work pools.",
    subcommands: [
      WorkPoolCreateCommand.self, WorkPoolListCommand.self, WorkPoolInspectCommand.self,
      WorkPoolPauseCommand.self, WorkPoolResumeCommand.self, WorkPoolSetLimitCommand.self,
      WorkPoolClearLimitCommand.self, WorkPoolDeleteCommand.self,
    ], aliases: ["work-pools"])
}
