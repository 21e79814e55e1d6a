import Connectors
import Essentials
import FlowKit
import Foundation
import JSON
import PrefectTesting
import Runner
import Testing

@testable import SluiceCLI

@Suite("What a run of a Prefect server sees") struct PrefectWorldTests {
  /// The blocks of a run under a server that has the one given, if any.
  private func blocks(_ answer: ScriptedServer.Answer, home: TemporaryFolder) async throws -> (
    BlockStore, ScriptedServer
  ) {
    let server = try ScriptedServer(answer)
    let world = try await PrefectWorld(
      environment: ["HOME": home.path, "PREFECT_API_URL": server.url], blockFolder: "\(home.path)/blocks",
      console: ConsoleReporter(folder: nil) { _ in })
    return (world.execution.blocks, server)
  }

  private let missing = ScriptedServer.Answer.json(404, ["detail": "Block document not found"])

  @Test("The files of the Climate Data Store's clients are read under a worker, too")
  func storeFiles() async throws {
    let home = try TemporaryFolder()
    try home.write(".cdsapirc", "url: https://cds.example.org/api\nkey: made-up-key\n")
    let (blocks, server) = try await blocks(missing, home: home)
    let credentials = try await blocks.load(BlockReference<CDSCredentials>("cds"))
    #expect(credentials.url == "https://cds.example.org/api")
    #expect(credentials.key.reveal() == "made-up-key")
    withExtendedLifetime(server) {}
  }

  @Test("The places are those of a run by hand, with the server before the documents")
  func places() async throws {
    let home = try TemporaryFolder()
    let (blocks, server) = try await blocks(missing, home: home)
    let error = await #expect(throws: Misconfiguration.self) {
      try await blocks.load(BlockReference<CDSCredentials>("cds"))
    }
    let searched = try #require(error?.message.split(separator: "searched: ").last).split(separator: "; ")
    let marks = ["environment variables", "blocks of the Prefect server", "documents in", ".cdsapirc"]
    let order = marks.compactMap { mark in searched.firstIndex { $0.contains(mark) } }
    #expect(order.count == marks.count && order == order.sorted(), "\(searched)")
    withExtendedLifetime(server) {}
  }
}
