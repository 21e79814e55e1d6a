import ArgumentParser

/// `sluice config`: Prefect's settings, where this program finds them.
struct ConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Shows and changes Prefect's settings.",
    discussion: """
      The first place that has a setting counts: the environment (with .env), prefect.toml, pyproject.toml, the \
      active profile. `set` and `unset` change the profile.
      """,
    subcommands: [ConfigViewCommand.self, ConfigSetCommand.self, ConfigUnsetCommand.self])
}
