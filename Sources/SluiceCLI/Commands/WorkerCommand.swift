import ArgumentParser

/// `sluice worker`.
struct WorkerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Runs the deployments of a work pool on this machine.",
    subcommands: [WorkerStartCommand.self])
}
