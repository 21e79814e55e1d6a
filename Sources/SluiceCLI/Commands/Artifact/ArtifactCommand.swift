import ArgumentParser
import Essentials
import Foundation
import JSON
import PrefectAPI
import PrefectClient

/// `sluice artifact`: what runs left to be looked at.
struct ArtifactCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "artifact", abstract: "Lists, shows and deletes artifacts.",
    subcommands: [ArtifactListCommand.self, ArtifactInspectCommand.self, ArtifactDeleteCommand.self],
    aliases: ["artifacts"])
}

/// `sluice artifact ls`.
struct ArtifactListCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "Lists the newest version of each artifact.")

  @Option(name: .shortAndLong, help: "How many at most.")
  var limit = 100
  @Flag(name: .shortAndLong, help: "All versions.")
  var all = false
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    let headers = ["ID", "Key", "Type", "Updated"]
    let none = "No artifacts found."
    let now = Date()
    if all {
      let artifacts = try await server.artifacts(sort: .keyAsc, limit: limit)
      try output.show(artifacts, none: none, headers) {
        [$0.id.wire, $0.key ?? "", $0.type ?? "", Words.when($0.updated, now: now)]
      }
    } else {
      let artifacts = try await server.latestArtifacts(sort: .keyAsc, limit: limit)
      try output.show(artifacts, none: none, headers) {
        [$0.latestID.wire, $0.key, $0.type ?? "", Words.when($0.updated, now: now)]
      }
    }
  }
}

/// Which artifacts: those of a key, or one by its id.
struct ArtifactArguments: ParsableArguments {
  @Argument(help: "The artifact's key.")
  var key: String?
  @Option(help: "The id of one version.")
  var id: String?

  func validate() throws {
    guard (key == nil) != (id == nil) else { throw ValidationError("give a key, or --id") }
    if let id, UUID(uuidString: id) == nil { throw ValidationError("--id \(id) is no id") }
  }

  func find(on server: PrefectClient, limit: Int? = nil) async throws -> [Prefect.Artifact] {
    if let id = id.flatMap({ UUID(uuidString: $0) }) {
      return [
        try await server.existing("artifact \(id.wire)", list: "artifact ls") {
          try await server.artifact(id)
        }
      ]
    }
    let key = key ?? ""
    var filters = Prefect.Filters()
    filters.artifacts = Prefect.ArtifactFilter()
    filters.artifacts?.key = .any(key)
    let artifacts = try await server.artifacts(filters, sort: .createdDesc, limit: limit)
    return try await server.existing("artifact \(key)", list: "artifact ls") {
      artifacts.isEmpty ? nil : artifacts
    }
  }
}

/// `sluice artifact inspect`.
struct ArtifactInspectCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Prints the versions of an artifact, the newest first, as JSON.")

  @OptionGroup var artifact: ArtifactArguments
  @Option(name: .shortAndLong, help: "How many at most.")
  var limit = 10
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    try output.inspect(try await artifact.find(on: server, limit: limit))
  }
}

/// `sluice artifact delete`.
struct ArtifactDeleteCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Deletes all versions of an artifact, or one.")

  @OptionGroup var artifact: ArtifactArguments
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    let artifacts = try await artifact.find(on: server)
    for artifact in artifacts { try await server.deleteArtifact(artifact.id) }
    output.done(
      "Deleted \(artifacts.count) artifact(s) of \(artifact.key.map { "key '\($0)'" } ?? "that id").",
      ["deleted": .array(artifacts.map { .string($0.id.wire) })])
  }
}
