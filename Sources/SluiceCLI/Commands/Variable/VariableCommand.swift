import ArgumentParser
import Essentials
import Foundation
import JSON
import PrefectAPI
import PrefectClient

/// `sluice variable`: the variables of a Prefect server.
struct VariableCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "variable", abstract: "Sets, lists, shows and deletes variables.",
    subcommands: [
      VariableSetCommand.self, VariableGetCommand.self, VariableInspectCommand.self, VariableListCommand.self,
      VariableUnsetCommand.self,
    ], aliases: ["variables"])
}

/// `sluice variable set`.
struct VariableSetCommand: ServerCommand {
  static let configuration = CommandConfiguration(commandName: "set", abstract: "Gives a variable a value.")

  @Argument(help: "The variable: small letters, digits, dashes and underscores.")
  var name: String
  @Argument(help: "Its value: JSON where it can be read as such, else text.")
  var value: String
  @Flag(help: "Replace the value that it has.")
  var overwrite = false
  @Option(name: .customLong("tag"), help: "A tag; more than once.")
  var tags: [String] = []
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    let value = GivenParameters.value(value)
    if try await server.variable(name) != nil {
      guard overwrite else {
        throw Misconfiguration(
          "the server has a variable \(name) already", remedy: "Use --overwrite to replace its value.")
      }
      try await server.updateVariable(
        name, Prefect.VariableUpdate(value: value, tags: tags.isEmpty ? nil : tags))
    } else {
      _ = try await server.createVariable(Prefect.VariableCreate(name: name, value: value, tags: tags))
    }
    output.done("Set variable '\(name)'.", ["name": .string(name), "value": value])
  }
}

/// `sluice variable get`.
struct VariableGetCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Prints the value of a variable: text as it is, everything else as JSON.")

  @Argument(help: "The variable.")
  var name: String
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    let value = try await server.existingVariable(name).value
    if output.output == .table, let text = value.string { return OutputOptions.say(text) }
    OutputOptions.say(value.text())
  }
}

/// `sluice variable inspect`.
struct VariableInspectCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Prints everything about a variable, as JSON.")

  @Argument(help: "The variable.")
  var name: String
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    try output.inspect(try await server.existingVariable(name))
  }
}

/// `sluice variable ls`.
struct VariableListCommand: ServerCommand {
  static let configuration = CommandConfiguration(commandName: "ls", abstract: "Lists variables.")

  @Option(help: "How many at most.")
  var limit = 100
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    let variables = try await server.variables(sort: .nameAsc, limit: limit)
    let now = Date()
    try output.show(variables, none: "No variables found.", ["Name", "Value", "Created", "Updated"]) {
      variable in
      [
        variable.name, variable.value.text(), Words.when(variable.created, now: now),
        Words.when(variable.updated, now: now),
      ]
    }
  }
}

/// `sluice variable unset`, or `delete`.
struct VariableUnsetCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "unset", abstract: "Deletes a variable.", aliases: ["delete"])

  @Argument(help: "The variable.")
  var name: String
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    _ = try await server.existingVariable(name)
    try await server.deleteVariable(name)
    output.done("Unset variable '\(name)'.", ["deleted": .string(name)])
  }
}

extension PrefectClient {
  fileprivate func existingVariable(_ name: String) async throws -> Prefect.Variable {
    try await existing("variable \(name)", list: "variable ls") { try await variable(name) }
  }
}
