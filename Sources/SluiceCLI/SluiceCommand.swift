import ArgumentParser

/// The root of the command line.
struct SluiceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sluice",
    abstract: "Data flows for people who run DHIS2.",
    discussion: """
      Exit codes: 0 done, 1 fault of this program, 2 wrong usage, 3 configuration, 4 transient failure, \
      5 rejected data, 130 interrupted.
      """,
    version: SluiceProgram.version,
    subcommands: [
      FlowsCommand.self, RunCommand.self, ServeCommand.self, DeployCommand.self, ManifestCommand.self,
      WorkerCommand.self, DeploymentCommand.self, FlowRunCommand.self, WorkPoolCommand.self,
      BlockCommand.self, ResultStorageCommand.self,
      VariableCommand.self, ArtifactCommand.self, ConcurrencyLimitCommand.self, ConfigCommand.self,
      HealthCommand.self, ZonalCommand.self, GridCommand.self, SandboxCommand.self, DoctorCommand.self,
      CompletionCommand.self, VersionCommand.self,
    ])
}
