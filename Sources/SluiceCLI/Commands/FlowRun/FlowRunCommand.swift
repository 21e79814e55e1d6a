import ArgumentParser

/// `sluice flow-run`: the flow runs of a Prefect server.
struct FlowRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flow-run", abstract: "Lists, shows, watches, cancels, retries and deletes flow runs.",
    discussion: "A flow run is named by its id, or by its name where no other has it.",
    subcommands: [
      FlowRunListCommand.self, FlowRunInspectCommand.self, FlowRunLogsCommand.self, FlowRunWatchCommand.self,
      FlowRunCancelCommand.self, FlowRunRetryCommand.self, FlowRunDeleteCommand.self,
      FlowRunExecuteCommand.self,
    ], aliases: ["flow-runs"])
}
