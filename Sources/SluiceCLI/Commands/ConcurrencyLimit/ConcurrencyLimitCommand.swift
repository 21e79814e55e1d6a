import ArgumentParser
import JSON
import PrefectAPI
import PrefectClient

/// `sluice concurrency-limit`: limits on task runs that share a tag.
struct ConcurrencyLimitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "concurrency-limit", abstract: "Limits on task runs that share a tag.",
    subcommands: [
      LimitCreateCommand.self, LimitListCommand.self, LimitInspectCommand.self, LimitResetCommand.self,
      LimitDeleteCommand.self,
    ], aliases: ["concurrency-limits"])
}

/// `sluice concurrency-limit create`.
struct LimitCreateCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Sets the limit of a tag.")

  @Argument(help: "The tag.")
  var tag: String
  @Argument(help: "How many task runs at once.")
  var limit: Int
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if limit < 0 { throw ValidationError("the limit must be at least 0") }
  }

  func perform(on server: PrefectClient) async throws {
    let made = try await server.createConcurrencyLimit(tag: tag, limit: limit)
    try output.show(made, "Set the limit of the tag '\(tag)' to \(limit).")
  }
}

/// `sluice concurrency-limit ls`.
struct LimitListCommand: ServerCommand {
  static let configuration = CommandConfiguration(commandName: "ls", abstract: "Lists the limits.")

  @Option(help: "How many at most.")
  var limit = 100
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    let limits = try await server.concurrencyLimits(limit: limit).sorted { $0.tag < $1.tag }
    try output.show(limits, none: "No concurrency limits found.", ["Tag", "ID", "Limit", "Active task runs"])
    {
      [$0.tag, $0.id.wire, "\($0.concurrencyLimit)", "\($0.activeSlots.count)"]
    }
  }
}

/// `sluice concurrency-limit inspect`.
struct LimitInspectCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Prints a limit and the task runs that hold its slots, as JSON.")

  @Argument(help: "The tag.")
  var tag: String
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    try output.inspect(try await server.existingLimit(tag))
  }
}

/// `sluice concurrency-limit reset`.
struct LimitResetCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "reset", abstract: "Frees the slots of a tag, for those that nothing will free any more.")

  @Argument(help: "The tag.")
  var tag: String
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    _ = try await server.existingLimit(tag)
    try await server.resetConcurrencyLimit(tag: tag)
    output.done("Freed the slots of the tag '\(tag)'.", ["reset": .string(tag)])
  }
}

/// `sluice concurrency-limit delete`.
struct LimitDeleteCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Takes the limit of a tag away.")

  @Argument(help: "The tag.")
  var tag: String
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    _ = try await server.existingLimit(tag)
    try await server.deleteConcurrencyLimit(tag: tag)
    output.done("Deleted the limit of the tag '\(tag)'.", ["deleted": .string(tag)])
  }
}

extension PrefectClient {
  fileprivate func existingLimit(_ tag: String) async throws -> Prefect.ConcurrencyLimit {
    try await existing("concurrency limit of the tag \(tag)", list: "concurrency-limit ls") {
      try await concurrencyLimit(tag: tag)
    }
  }
}
