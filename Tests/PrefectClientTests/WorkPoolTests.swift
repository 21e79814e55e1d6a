import Essentials
import JSON
import PrefectAPI
import PrefectTesting
import Testing

@testable import PrefectClient

@Suite("A work pool that two make at once") struct WorkPoolTests {
  private let pool = Prefect.WorkPoolCreate(name: "default")
  private let taken = ScriptedServer.Answer.json(
    409, ["detail": "A work pool with this name already exists."])

  @Test("The one that comes second takes the first one's")
  func second() async throws {
    let server = try ScriptedServer(
      taken,
      .json(200, ["id": "11111111-1111-4111-8111-111111111111", "name": "default", "type": "process"]))
    let found = try await client(of: server).ensureWorkPool(pool)
    #expect(found.id.wire == "11111111-1111-4111-8111-111111111111")
    #expect(server.calls.map(\.method) == ["POST", "GET"])
  }

  @Test("A refusal without such a pool stays one")
  func refused() async throws {
    let server = try ScriptedServer(taken, .json(404, ["detail": "Work pool not found"]))
    let failure = await #expect(throws: PrefectFailure.self) {
      try await client(of: server).ensureWorkPool(pool)
    }
    #expect(failure?.isConflict == true)
  }
}
