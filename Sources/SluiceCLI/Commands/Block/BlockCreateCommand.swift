import ArgumentParser
import Essentials
import JSON
import PrefectAPI
import PrefectClient

/// `sluice block create`.
struct BlockCreateCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Creates a block, or says where on the server's pages one is created.",
    discussion: """
      Others can read a command line while it runs: give secrets by --values - on the standard input, or write a \
      document and use `sluice block apply`.
      """)

  @Argument(help: "The block type.")
  var type: String
  @Option(
    name: .shortAndLong, help: "What the block is called; without it the address of the page is printed.")
  var name: String?
  @Option(
    name: [.customShort("p"), .customLong("value")],
    help: ArgumentHelp("A value, JSON or text; more than once.", valueName: "key=value"))
  var value: [String] = []
  @Option(
    help: ArgumentHelp("Values as a JSON object; - reads it from the standard input.", valueName: "json"))
  var values: String?
  @Flag(help: "Change the block where there is one of this name.")
  var overwrite = false
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if name == nil, !value.isEmpty || values != nil || overwrite {
      throw ValidationError("--name is missing")
    }
  }

  func perform(on server: PrefectClient) async throws {
    guard let name else {
      let slug = try await server.existingBlockType(type).slug
      let url = "\(server.configuration.uiURL)/blocks/catalog/\(slug)/create"
      return output.done("Create a \(slug) block: \(url)", ["url": .string(url)])
    }
    let data = try GivenParameters.read(
      pairs: value, document: values, option: "--value", documentOption: "--values")
    let draft = BlockDraft(type: type, name: name, data: data, origin: "the command line")
    let status = try await draft.apply(on: server, overwrites: overwrite)
    if status == .differs {
      throw Misconfiguration(
        "the server has a block \(type)/\(name) already, with other values",
        remedy: "Use --overwrite to change it.")
    }
    output.done(
      "Block '\(type)/\(name)': \(status.rawValue).",
      ["block": .string("\(type)/\(name)"), "status": .string(status.rawValue)])
  }
}
