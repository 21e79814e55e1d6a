import ArgumentParser
import PrefectClient

/// A command that asks a Prefect server: the one that the environment, `prefect.toml` or the active profile names.
protocol ServerCommand: AsyncParsableCommand {
  func perform(on server: PrefectClient) async throws
}

extension ServerCommand {
  mutating func run() async throws {
    let settings = try PrefectSettings(environment: SluiceProgram.context.environment)
    try await perform(on: PrefectClient(try PrefectConfiguration(settings)))
  }
}
