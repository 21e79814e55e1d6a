import ArgumentParser
import JSON
import PrefectAPI
import PrefectClient

/// `sluice work-pool ls`.
struct WorkPoolListCommand: ServerCommand {
  static let configuration = CommandConfiguration(commandName: "ls", abstract: "Lists work pools.")

  @Flag(name: .shortAndLong, help: "Show the descriptions and base job templates, too.")
  var verbose = false
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    let pools = try await server.workPools().sorted { $0.name < $1.name }
    try output.show(
      pools, none: "No work pools found.",
      ["Name", "Type", "ID", "Concurrency limit", "Status"]
        + (verbose ? ["Description", "Base job template"] : [])
    ) { pool in
      let columns = [
        pool.name, pool.type, pool.id.wire, Words.number(pool.concurrencyLimit),
        pool.isPaused ? "PAUSED" : pool.status?.rawValue ?? "",
      ]
      guard verbose else { return columns }
      return columns + [pool.description ?? "", JSONValue.object(pool.baseJobTemplate).text()]
    }
  }
}
