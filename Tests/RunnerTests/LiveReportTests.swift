import FlowKit
import FlowKitTesting
import Foundation
import PrefectAPI
import PrefectClient
import PrefectTesting
import Testing

@testable import Runner

@Suite(
  "Reports on a way to a real Prefect server that loses answers",
  .enabled(if: LiveServer.isThere, "make test-prefect starts a server for this"))
struct LiveReportTests {
  @Test("Log lines are kept once, whether the connection was new or used before", arguments: [false, true])
  func lostAnswers(isUsed: Bool) async throws {
    let way = try BreakableWay(to: LiveServer.apiURL ?? "")
    defer { way.stop() }
    let client = PrefectClient(LiveServer.configuration(apiURL: way.apiURL)).retrying(atMost: 0)
    let bench = try ReportBench()
    let sender = ReportSender(client, outbox: bench.outbox, clock: bench.clock, warn: { _ in })
    if isUsed { _ = try await client.workPools() }
    for number in 0..<3 { bench.line("line \(number)") }
    // The same text in earnest, a moment later.
    bench.clock.advance(by: .milliseconds(1))
    bench.line("line 2")
    way.losesAnswers = true
    await #expect(throws: PrefectFailure.self) { try await sender.sendAll() }
    // Neither does it help to ask what has arrived.
    await #expect(throws: PrefectFailure.self) { try await sender.sendAll() }
    way.losesAnswers = false
    bench.line("line 3")
    try await sender.sendAll()
    let kept = try await LiveServer.logs(bench.run).map(\.message)
    #expect(kept.sorted() == ["line 0", "line 1", "line 2", "line 2", "line 3"])
  }
}
