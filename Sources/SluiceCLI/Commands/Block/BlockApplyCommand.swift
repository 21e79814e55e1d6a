import ArgumentParser
import Connectors
import Deployments
import Essentials
import FlowKit
import FoundationEssentials
import JSON
import PrefectClient
import Runner

/// `sluice block apply`: block documents, brought to a server.
struct BlockApplyCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Creates the blocks that documents describe (*.yaml, *.yml, *.json).",
    discussion: """
      Blocks that are there with other values are left alone and reported, unless --overwrite is given. A document \
      that fails does not keep the others back.
      """)

  @Argument(help: "The folder of the documents.", completion: .directory)
  var folder = "blocks"
  @Flag(help: "Change blocks that are there with other values.")
  var overwrite = false
  @Flag(
    help: "Create the blocks that environment variables make, too, and insist on dhis2-credentials/dhis2.")
  var environment = false
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    let variables = SluiceProgram.context.environment
    let entries = try BlockFolder(path: folder, environment: variables).entries
    var rows: [[String]] = []
    var failures: [any Error] = []
    // A block that names another comes after it.
    for (name, draft) in try drafts(entries, variables).sorted(by: { $0.rank < $1.rank }).map({
      ($0.name, $0.draft)
    }) {
      do {
        let status = try await draft().apply(on: server, overwrites: overwrite)
        rows.append([name, status.rawValue, status == .differs ? "left alone; --overwrite changes it" : ""])
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        failures.append(error)
        rows.append([name, "failed", (error as? any Failure)?.description ?? "\(error)"])
      }
    }
    output.done(
      rows.isEmpty ? "No blocks found in \(folder)." : TextTable(["Block", "Status", "Details"], rows).text,
      [
        "blocks": .array(
          rows.map { ["block": .string($0[0]), "status": .string($0[1]), "details": .string($0[2])] })
      ])
    // After the others, which it does not keep back. The error names every place that was searched.
    if environment, !entries.contains(where: { $0.type == DHIS2Credentials.typeSlug && $0.name == "dhis2" }) {
      let places = BlockPlaces.all(variables, server: server, folder: folder)
      _ = try await BlockStore(places).load(BlockReference<DHIS2Credentials>("dhis2"))
    }
    if let first = failures.first { throw ExitCode(FailureKind(of: first).exitCode) }
  }

  private typealias Draft = (name: String, rank: Int, draft: () throws -> BlockDraft)

  private func drafts(_ entries: [BlockFolder.Entry], _ variables: [String: String]) throws -> [Draft] {
    var drafts: [Draft] = entries.map { entry in
      (
        "\(entry.type)/\(entry.name)", entry.type == S3Bucket.typeSlug ? 1 : 0,
        {
          BlockDraft(type: entry.type, name: entry.name, data: try entry.resolved(), origin: entry.path)
        }
      )
    }
    guard environment else { return drafts }
    for type in KnownBlocks.fromEnvironment {
      for name in Set(type.environment.map(\.name))
      where !drafts.contains(where: { $0.name == "\(type.typeSlug)/\(name)" }) {
        guard let values = EnvironmentBlocks(variables).find(type: type, name: name) else { continue }
        let data = Self.members(of: values, type)
        let draft = BlockDraft(type: type.typeSlug, name: name, data: data, origin: values.origin)
        drafts.append(("\(type.typeSlug)/\(name)", 0, { draft }))
      }
    }
    return drafts
  }

  /// The members as Prefect's block types have them; the environment's names go beyond those for Amazon's.
  static func members(of values: BlockValues, _ type: any Block.Type) -> JSONObject {
    var data = JSONObject()
    for member in Set(type.environment.flatMap(\.variables.keys)).sorted() {
      guard let value = values[member] else { continue }
      switch member {
      case "default_region_name": data["region_name"] = values["region_name"] ?? value
      case "endpoint_url", "endpoint_url_s3":
        data["aws_client_parameters"] = ["endpoint_url": values["endpoint_url_s3"] ?? value]
      default: data[member] = value
      }
    }
    return data
  }
}
