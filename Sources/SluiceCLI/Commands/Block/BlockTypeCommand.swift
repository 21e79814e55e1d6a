import ArgumentParser
import PrefectAPI
import PrefectClient

/// `sluice block type`: the kinds of blocks that a server knows.
struct BlockTypeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "type", abstract: "The kinds of blocks that the server knows.",
    subcommands: [BlockTypeListCommand.self, BlockTypeInspectCommand.self])
}

/// `sluice block type ls`.
struct BlockTypeListCommand: ServerCommand {
  static let configuration = CommandConfiguration(commandName: "ls", abstract: "Lists the block types.")

  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    let types = try await server.blockTypes().sorted { $0.slug < $1.slug }
    try output.show(types, none: "No block types found.", ["Slug", "Name", "Description"]) { type in
      let description = type.description ?? ""
      return [type.slug, type.name, description.count > 80 ? "\(description.prefix(77))..." : description]
    }
  }
}

/// `sluice block type inspect`.
struct BlockTypeInspectCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Prints everything about a block type, as JSON.")

  @Argument(help: "The block type.")
  var slug: String
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    try output.inspect(try await server.existingBlockType(slug))
  }
}
