import ArgumentParser
import PrefectAPI
import PrefectClient

/// `sluice work-pool ls`.
struct WorkPoolListCommand: ServerCommand {
  static let configuration = CommandConfiguration(commandName: "ls", abstract: "Lists work pools.")

  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    let pools = try await server.workPools().sorted { $0.name < $1.name }
    try output.show(
      pools, none: "No work pools found.", ["Name", "Type", "ID", "Concurrency limit", "Status"]
    ) {
      pool in
      [
        pool.name, pool.type, pool.id.wire, Words.number(pool.concurrencyLimit),
        pool.isPaused ? "PAUSED" : pool.status?.rawValue ?? "",
      ]
    }
  }
}
