import ArgumentParser
import Deployments
import Essentials
import JSON
import PrefectAPI

/// How a command prints.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable { case table, json }

/// The option that every command has that prints what a server says.
struct OutputOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: "How to print: \(OutputFormat.allCases.map(\.rawValue).joined(separator: " or ")).")
  var output = OutputFormat.table

  /// Prints one thing: as text, or as the document that the server gave, with its nulls.
  func show(_ document: some Encodable, _ text: @autoclosure () throws -> String) throws {
    Self.say(output == .json ? try document.wireDocument(nulls: true).text(.pretty) : try text())
  }

  /// Prints everything about one thing, as JSON whatever the option says.
  func inspect(_ document: some Encodable) throws {
    Self.say(try document.wireDocument(nulls: true).text(.pretty))
  }

  /// Prints rows; where there are none, a sentence instead of an empty table.
  func show<Element: Encodable>(
    _ elements: [Element], none: String, _ headers: [String], _ row: (Element) -> [String]
  ) throws {
    try show(elements, elements.isEmpty ? none : TextTable(headers, elements.map(row)).text)
  }

  /// Prints that something was done; `document` is what programs read of it.
  func done(_ sentence: String, _ document: JSONObject) {
    Self.say(output == .json ? JSONValue.object(document).text(.pretty) : sentence)
  }

  static func say(_ text: String) { print(Redaction.redact(text)) }
}
