import ArgumentParser
import Deployments
import JSON
import PrefectAPI
import PrefectClient

/// `sluice block register`.
struct BlockRegisterCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "register", abstract: "Makes the block types of this program known to the server.",
    discussion: "The types of Prefect's own integrations are known to every server.")

  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    var rows: [[String]] = []
    for definition in KnownBlocks.definitions {
      let (schema, isNew) = try await server.register(definition)
      rows.append([definition.slug, isNew ? "registered" : "unchanged", schema.checksum])
    }
    output.done(
      TextTable(["Type", "Status", "Schema"], rows).text,
      [
        "registered": .array(
          rows.map { ["slug": .string($0[0]), "status": .string($0[1]), "checksum": .string($0[2])] })
      ])
  }
}
