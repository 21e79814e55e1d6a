import ArgumentParser

/// `sluice flow-run`: runs at a Prefect server.
struct FlowRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flow-run", abstract: "Works with runs at a Prefect server.",
    subcommands: [FlowRunExecuteCommand.self])
}
