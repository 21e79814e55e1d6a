import Essentials
import FlowKitTesting
import Foundation
import JSON
import PrefectAPI
import PrefectTesting
import Synchronization
import Testing

@testable import FlowKit
@testable import Runner

@Suite("Limits by tag of a server") struct TagLimitTests {
  private struct Tagged: Flow {
    static let name = "tagged"
    static let summary = "Has two tasks of one tag."
    static let timeout = Duration.seconds(60)
    func run(_ run: FlowRun) async throws -> Int {
      for number in 0..<2 {
        try await run.task("one", options: TaskOptions(tags: ["zeal", "care"])) { _ in
          run.log.info("does \(number)")
          if number == 1 { throw Rejection("no") }
        }
      }
      return 0
    }
  }

  private static func lease(_ id: UUID, _ limits: [String]) -> ScriptedServer.Answer {
    .json(
      200,
      [
        "lease_id": .string(id.wire),
        "limits": .array(
          limits.map { ["id": .string(UUID().wire), "name": .string($0), "limit": 1] }),
      ])
  }

  private func limitCalls(_ bench: RunBench) -> [ScriptedServer.Request] {
    bench.server.calls.filter { $0.target.hasPrefix("/api/v2/concurrency_limits/") }
  }

  @Test("A task waits for its slot as long as it takes, holds it, and gives it back however it ends")
  func slots() async throws {
    let lease = UUID()
    // Longer than the flow may take.
    let taken = Countdown(10)
    let bench = try RunBench([Tagged.self], flow: "tagged") { request in
      guard request.target.hasSuffix("/increment-with-lease") else { return nil }
      return taken.happens()
        ? .json(423, ["detail": "locked"], headers: [("Retry-After", "20")]) : Self.lease(lease, ["tag:zeal"])
    }
    #expect(await bench.isTold())
    let calls = limitCalls(bench)
    #expect(calls.count == 14)
    #expect(calls[0].json["names"] == ["tag:care", "tag:zeal"])
    #expect(calls[0].json["holder"]?["type"] == "task_run")
    // The other tag has none: it is not asked for again at once.
    #expect(calls[12].json["names"] == ["tag:zeal"])
    for place in [11, 13] {
      #expect(calls[place].target.hasSuffix("/decrement-with-lease"))
      #expect(calls[place].json["lease_id"]?.string == lease.wire)
    }
    #expect(bench.clock.waits.filter { $0 == .seconds(20) }.count == 10)
    let lines = bench.console.lines.map(\.message)
    #expect(lines.prefix(2) == ["waits for other tasks with the tags care, zeal to end", "does 0"])
    #expect(bench.proposals == ["RUNNING", "FAILED"])
  }

  @Test("A server that is busy for a while is asked again, and its limit is kept")
  func busy() async throws {
    let refusals = Countdown(8)
    let bench = try RunBench([Tagged.self], flow: "tagged") { request in
      guard request.target.hasSuffix("/increment-with-lease") else { return nil }
      return refusals.happens()
        ? .json(503, ["detail": "Service Unavailable"]) : Self.lease(UUID(), ["tag:zeal"])
    }
    #expect(await bench.isTold())
    #expect(
      bench.console.lines.map(\.message).filter { !$0.hasPrefix("does") }.allSatisfy {
        !$0.contains("not kept")
      })
    #expect(limitCalls(bench).count { $0.target.hasSuffix("/decrement-with-lease") } == 2)
  }

  @Test("A server that stays away is waited for once, and the flow goes on without limits")
  func away() async throws {
    let bench = try RunBench([Tagged.self], flow: "tagged") { request in
      request.target.hasPrefix("/api/v2/") ? .json(503, ["detail": "Service Unavailable"]) : nil
    }
    #expect(await bench.isTold())
    #expect(bench.clock.waits.filter { $0 == .seconds(2) }.count == 10)
    let lines = bench.console.lines.map(\.message)
    #expect(lines.count { $0.contains("the limits of the tags care, zeal are not kept") } == 1)
    #expect(lines.filter { $0.hasPrefix("does") } == ["does 0", "does 1"])
  }

  @Test("Tags without a limit cost one question, and need none where the server cannot say")
  func unlimited() async throws {
    for answer in [Self.lease(UUID(), []), .json(500, .null), .json(404, ["detail": "Not Found"])] {
      let bench = try RunBench([Tagged.self], flow: "tagged") { request in
        request.target.hasPrefix("/api/v2/") ? answer : nil
      }
      #expect(await bench.isTold())
      #expect(bench.console.lines.map(\.message).filter { $0.hasPrefix("does") } == ["does 0", "does 1"])
      guard case .text(200, _, _) = answer else { continue }
      #expect(limitCalls(bench).count == 1)
    }
  }
}
