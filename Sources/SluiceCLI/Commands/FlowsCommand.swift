import ArgumentParser
import FlowKit
import JSON

/// `sluice flows`: what can be run.
struct FlowsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flows", abstract: "Lists the flows, or describes one.",
    discussion: "`sluice flows NAME --output json` prints the schema of its parameters.")

  @Argument(help: "The flow to describe; without it all are listed.")
  var name: String?
  @Flag(help: "Print JSON: short for --output json.")
  var json = false
  @OptionGroup var output: OutputOptions

  func run() throws {
    let json = json || output.output == .json
    guard let catalogue = SluiceProgram.context.catalogue else { return }
    if let name {
      _ = try catalogue.flow(named: name)
      for description in catalogue.descriptions where description.name == name {
        print(json ? description.schema.json.text(.pretty) : FlowHelp(description).text)
      }
    } else if json {
      let list = catalogue.descriptions.map { description -> JSONValue in
        [
          "name": .string(description.name), "summary": .string(description.summary),
          "parameters": description.schema.json,
        ]
      }
      print(JSONValue.array(list).text(.pretty))
    } else {
      let width = catalogue.descriptions.map(\.name.count).max() ?? 0
      for description in catalogue.descriptions {
        print(
          description.name + String(repeating: " ", count: width + 2 - description.name.count)
            + description.summary)
      }
    }
  }
}
