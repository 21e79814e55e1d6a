import Foundation
import JSON
import PrefectAPI
import PrefectTesting
import Testing

@Suite("Whole documents keep their nulls, as those of Prefect's own command line") struct InspectTests {
  private let id = JSONValue.string(UUID().wire)

  private func printed(_ document: JSONValue, _ arguments: String...) async throws -> JSONValue {
    let server = try ScriptedServer(.json(200, document))
    let ending = try await Program.run(arguments, environment: ["PREFECT_API_URL": server.url])
    #expect(ending.code == 0, "\(ending.errors)")
    return try JSONValue(parsing: ending.output)
  }

  @Test("A deployment without version, path and limit")
  func deployment() async throws {
    let document = try await printed(
      ["id": id, "name": "main", "flow_id": id, "version": nil, "path": nil, "concurrency_limit": nil],
      "deployment", "inspect", "flow/main")
    for member in ["version", "path", "concurrency_limit", "storage_document_id"] {
      #expect(document[member] == .null, "\(member)")
    }
  }

  @Test("A flow run that has not started, and its state")
  func flowRun() async throws {
    let document = try await printed(
      [
        "id": id, "name": "keen-fox", "flow_id": id, "start_time": nil, "end_time": nil,
        "state": [
          "id": id, "type": "SCHEDULED", "name": "Late", "timestamp": "2026-01-01T00:00:00Z", "message": nil,
        ],
      ], "flow-run", "inspect", id.string ?? "")
    #expect(document["start_time"] == .null && document["end_time"] == .null)
    #expect(document["state"]?["message"] == .null)
  }

  @Test("Work pools without a limit, inspected and listed")
  func workPool() async throws {
    let pool: JSONValue = ["id": id, "name": "default", "type": "process", "concurrency_limit": nil]
    #expect(try await printed(pool, "work-pool", "inspect", "default")["concurrency_limit"] == .null)
    let list = try await printed([pool], "work-pool", "ls", "--output", "json")
    #expect(list[0]?["concurrency_limit"] == .null)
  }
}
