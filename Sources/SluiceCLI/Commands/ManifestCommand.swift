import ArgumentParser
import Deployments
import Essentials
import FlowKit
import Foundation
import JSON

/// `sluice manifest`: the files about deployments that are made from the flows.
struct ManifestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manifest", abstract: "Makes the files about deployments that follow from the flows.",
    subcommands: [Generate.self])

  /// What manifests call the project where they do not say.
  static let project = "sluice"

  /// `sluice manifest generate`.
  struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "generate",
      abstract:
        "Writes prefect.yaml with every flow, and the parameter tables in deployments/<flow>/README.md.")

    @Flag(help: "Write nothing; end with 3 where a file is not as it would be written.")
    var check = false
    @Option(help: ArgumentHelp("The folder of the project.", valueName: "folder"))
    var folder = "."
    @Option(help: "What the project is called.")
    var project = ManifestCommand.project
    @OptionGroup var output: OutputOptions

    func run() throws {
      let catalogue = try SluiceProgram.context.catalogue ?? Catalogue([])
      var stale = try update("prefect.yaml", RootManifest.text(catalogue, project: project))
      for flow in catalogue.descriptions {
        let path = "deployments/\(flow.name)/README.md"
        guard let readme = contents(path), let text = ParameterTable.replacing(in: readme, of: flow) else {
          continue
        }
        stale += try update(path, text)
      }
      if !check {
        if output.output == .json || !stale.isEmpty {
          output.done(
            stale.map { "wrote \($0)" }.joined(separator: "\n"),
            ["written": .array(stale.map(JSONValue.string))])
        }
        return
      }
      guard !stale.isEmpty else { return }
      throw Misconfiguration(
        "\(stale.joined(separator: ", ")) do not follow from the flows any more",
        remedy: "Run `sluice manifest generate`.")
    }

    /// Writes a file where it is not so yet; gives its path where it was not.
    private func update(_ path: String, _ text: String) throws -> [String] {
      if contents(path) == text { return [] }
      if check { return [path] }
      do { try text.write(toFile: "\(folder)/\(path)", atomically: true, encoding: .utf8) } catch {
        throw Misconfiguration("\(folder)/\(path) cannot be written: \(error.systemReason)")
      }
      return [path]
    }

    private func contents(_ path: String) -> String? {
      FileManager.default.contents(atPath: "\(folder)/\(path)").map { String(decoding: $0, as: UTF8.self) }
    }
  }
}
