import ArgumentParser

/// `sluice block`: the blocks of a Prefect server.
struct BlockCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "block", abstract: "Registers block types; creates, lists, shows and deletes blocks.",
    discussion: "A block is named type/name, or by its id. Secrets are masked wherever blocks are printed.",
    subcommands: [
      BlockRegisterCommand.self, BlockTypeCommand.self, BlockListCommand.self, BlockInspectCommand.self,
      BlockCreateCommand.self, BlockApplyCommand.self, BlockDeleteCommand.self,
    ], aliases: ["blocks"])
}
