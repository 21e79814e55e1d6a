import JSON
import PrefectTesting
import Testing

@testable import SluiceCLI

@Suite("The schedules of a whole server") struct EveryScheduleTests {
  /// A server with two deployments: the schedules of the first are paused and active, that of the second is active.
  private func server() throws -> ScriptedServer {
    func schedule(_ digit: Int, active: Bool) -> JSONValue {
      [
        "id": .string("00000000-0000-0000-0000-00000000000\(digit)"),
        "deployment_id": "00000000-0000-0000-0000-0000000000aa", "active": .bool(active),
        "schedule": ["cron": "0 9 * * *", "timezone": "UTC", "day_or": true],
      ]
    }
    func deployment(_ digits: String, _ schedules: [JSONValue]) -> JSONValue {
      [
        "id": .string("00000000-0000-0000-0000-0000000000\(digits)"), "name": .string(digits),
        "flow_id": "00000000-0000-0000-0000-0000000000ff", "schedules": .array(schedules),
      ]
    }
    let deployments: JSONValue = [
      deployment("aa", [schedule(1, active: false), schedule(2, active: true)]),
      deployment("bb", [schedule(3, active: true)]),
    ]
    return try ScriptedServer { request in
      if request.target.hasPrefix("/api/csrf-token") {
        return .json(422, ["detail": "CSRF protection is disabled."])
      }
      return request.target == "/api/deployments/filter" ? .json(200, deployments) : .text(204, "")
    }
  }

  private func changes(_ server: ScriptedServer) -> [String] {
    server.calls.filter { $0.target != "/api/deployments/filter" }.map { "\($0.method) \($0.target)" }
  }

  private func target(_ deployment: String, _ schedule: Int) -> String {
    "/api/deployments/00000000-0000-0000-0000-0000000000\(deployment)/schedules/00000000-0000-0000-0000-00000000000\(schedule)"
  }

  @Test("--all without a deployment pauses those that are active, and touches no other")
  func pause() async throws {
    let server = try server()
    let ending = try await Program.run(
      "deployment", "schedule", "pause", "--all", environment: ["PREFECT_API_URL": server.url])
    #expect(
      ending.code == 0 && ending.output == "Paused 2 of 3 schedule(s) of 2 deployment(s).\n",
      "\(ending.errors)")
    #expect(changes(server) == ["PATCH \(target("aa", 2))", "PATCH \(target("bb", 3))"])
    #expect(server.calls.last?.json["active"] == false)
  }

  @Test("To delete them all wants a confirmation")
  func delete() async throws {
    let server = try server()
    let place = ["PREFECT_API_URL": server.url]
    let asked = try await Program.run("deployment", "schedule", "delete", "--all", environment: place)
    #expect(asked.code == 2 && changes(server).isEmpty)
    let ending = try await Program.run("deployment", "schedule", "delete", "--all", "-y", environment: place)
    #expect(ending.code == 0, "\(ending.errors)")
    let all = [target("aa", 1), target("aa", 2), target("bb", 3)]
    #expect(changes(server) == all.map { "DELETE \($0)" })
  }
}
