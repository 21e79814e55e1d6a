import ArgumentParser
import JSON
import PrefectAPI
import PrefectClient

/// `sluice block ls`.
struct BlockListCommand: ServerCommand {
  static let configuration = CommandConfiguration(commandName: "ls", abstract: "Lists the blocks.")

  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    let blocks = try await server.blockDocuments(sort: .blockTypeAndNameAsc)
    try output.show(blocks, none: "No blocks found.", ["ID", "Type", "Name", "Slug"]) { block in
      let type = block.blockType?.slug ?? ""
      return [block.id.wire, block.blockType?.name ?? "", block.name ?? "", "\(type)/\(block.name ?? "")"]
    }
  }
}

/// `sluice block inspect`.
struct BlockInspectCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Prints everything about a block but its secrets, as JSON.")

  @Argument(help: ArgumentHelp("The block.", valueName: "type/name|id"))
  var block: String
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    try output.inspect(try await server.existingBlock(block))
  }
}

/// `sluice block delete`.
struct BlockDeleteCommand: ServerCommand {
  static let configuration = CommandConfiguration(commandName: "delete", abstract: "Deletes a block.")

  @Argument(help: ArgumentHelp("The block.", valueName: "type/name|id"))
  var block: String
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    let found = try await server.existingBlock(block)
    try await server.deleteBlockDocument(found.id)
    output.done("Deleted block '\(block)'.", ["deleted": .string(found.id.wire)])
  }
}
