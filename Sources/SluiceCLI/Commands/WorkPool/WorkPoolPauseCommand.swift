import ArgumentParser
import JSON
import PrefectAPI
import PrefectClient

/// `sluice work-pool pause`.
struct WorkPoolPauseCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Pauses a work pool: its workers get no runs.")

  @Argument(help: "The work pool.")
  var name: String
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    try await server.change(name) { $0.isPaused = true }
    output.done("Paused work pool '\(name)'.", ["work_pool": .string(name), "paused": true])
  }
}

/// `sluice work-pool resume`.
struct WorkPoolResumeCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Lets a paused work pool go on.")

  @Argument(help: "The work pool.")
  var name: String
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    try await server.change(name) { $0.isPaused = false }
    output.done("Resumed work pool '\(name)'.", ["work_pool": .string(name), "paused": false])
  }
}

/// `sluice work-pool set-concurrency-limit`.
struct WorkPoolSetLimitCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "set-concurrency-limit", abstract: "Limits how many runs of a work pool go on at once.")

  @Argument(help: "The work pool.")
  var name: String
  @Argument(help: "How many.")
  var limit: Int
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if limit < 0 { throw ValidationError("the limit must be at least 0") }
  }

  func perform(on server: PrefectClient) async throws {
    try await server.change(name) { $0.concurrencyLimit = .set(limit) }
    output.done(
      "Set the concurrency limit of work pool '\(name)' to \(limit).",
      ["work_pool": .string(name), "concurrency_limit": .integer(limit)])
  }
}

/// `sluice work-pool clear-concurrency-limit`.
struct WorkPoolClearLimitCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "clear-concurrency-limit", abstract: "Takes the limit of a work pool away.")

  @Argument(help: "The work pool.")
  var name: String
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    try await server.change(name) { $0.concurrencyLimit = .clear }
    output.done(
      "Cleared the concurrency limit of work pool '\(name)'.",
      ["work_pool": .string(name), "concurrency_limit": .null])
  }
}

/// `sluice work-pool delete`.
struct WorkPoolDeleteCommand: ServerCommand {
  static let configuration = CommandConfiguration(commandName: "delete", abstract: "Deletes a work pool.")

  @Argument(help: "The work pool.")
  var name: String
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    let pool = try await server.existingWorkPool(name)
    try await server.deleteWorkPool(name)
    output.done("Deleted work pool '\(name)'.", ["deleted": .string(pool.id.wire)])
  }
}

extension PrefectClient {
  fileprivate func change(_ name: String, _ set: (inout Prefect.WorkPoolUpdate) -> Void) async throws {
    var update = Prefect.WorkPoolUpdate()
    set(&update)
    let change = update
    try await existing("work pool \(name)", list: "work-pool ls") { try await updateWorkPool(name, change) }
  }
}
