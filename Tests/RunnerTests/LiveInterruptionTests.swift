import Foundation
import JSON
import PrefectAPI
import PrefectClient
import PrefectTesting
import Testing

@Suite(
  "Runs of a real Prefect server that are interrupted while they wait",
  .enabled(if: LiveServer.isThere, "make test-prefect starts a server for this"), .serialized)
struct LiveInterruptionTests {
  let client = LiveServer.client

  /// Waits until a run has some state; false where it never does.
  private func run(_ id: UUID, has isWanted: (Prefect.State) -> Bool) async throws -> Bool {
    try await eventually {
      guard let state = try await client.flowRun(id).state else { return nil }
      return isWanted(state) ? true : nil
    } ?? false
  }

  @Test("A process that is stopped before the time of its run cancels it")
  func beforeItsTime() async throws {
    let run = try await LiveServer.run(of: "sleeper", ["seconds": 1])
    var later = Prefect.StateCreate(.scheduled)
    later.stateDetails.scheduledTime = Date().addingTimeInterval(600)
    #expect(try await client.setFlowRunState(run.id, later, force: true).status == .accept)
    #expect(try await client.setFlowRunState(run.id, Prefect.StateCreate(.pending)).status == .accept)
    let process = try ExecutingProcess(run.id)
    let waits = try await eventually { process.said.contains("may start in") ? true : nil }
    #expect(waits == true, "\(process.said)")
    process.send(SIGTERM)
    #expect(await process.ended() == 0, "\(process.said)")
    let state = try await client.flowRun(run.id).state
    #expect(state?.type == .cancelled)
    #expect(state?.message == "The process was asked to stop, and cancelled the run.")
  }

  @Test("A run that waits for its repetition, and that somebody ends, stays as that person wants it")
  func endedWhileWaiting() async throws {
    let folder = try TemporaryFolder()
    let run = try await LiveServer.run(of: "flaky", ["failures": 9, "counter": .string("\(folder.path)/n")])
    var update = Prefect.FlowRunUpdate()
    update.empiricalPolicy = Prefect.FlowRunPolicy(retries: 2, retryDelay: 300)
    try await client.updateFlowRun(run.id, update)
    let process = try ExecutingProcess(run.id)
    let waits = try await self.run(run.id) { $0.displayName == Prefect.StateName.awaitingRetry }
    #expect(waits, "\(process.said)")
    #expect(try await client.setFlowRunState(run.id, Prefect.StateCreate(.completed)).status == .accept)
    #expect(await process.ended() == 0, "\(process.said)")
    #expect(try await client.flowRun(run.id).state?.type == .completed)
    #expect(try await client.flowRun(run.id).runCount == 1)
  }

  @Test("A pause whose process was killed asks again in the next one")
  func killedWhilePaused() async throws {
    let run = try await LiveServer.run(of: "asking")
    let first = try ExecutingProcess(run.id)
    #expect(try await self.run(run.id) { $0.details.pauseKey == "how-much" }, "\(first.said)")
    first.send(SIGKILL)
    await first.ended()
    let second = try ExecutingProcess(run.id)
    let asksAgain = try await self.run(run.id) { $0.details.pauseKey == "how-much-again-2" }
    #expect(asksAgain, "\(second.said)")
    #expect(try await client.resumeFlowRun(run.id, input: ["mm": 5]).status == .accept)
    #expect(await second.ended() == 0, "\(second.said)")
    let path = try #require(try await client.flowRun(run.id).state?.result?.storageKey)
    let record = try JSONValue(parsing: Data(contentsOf: URL(filePath: path)))
    #expect(record["result"] == .string(#""5 mm""#))
  }

  @Test("A sub-flow that the server refuses ends without ending the run around it")
  func refusedSubflow() async throws {
    let run = try await LiveServer.run(of: "overloading")
    let process = try ExecutingProcess(run.id)
    #expect(await process.ended() == 0, "\(process.said)")
    #expect(process.said.contains("the server refused a sub-flow"), "\(process.said)")
    #expect(
      try await client.flowRunStates(run.id).map(\.displayName) == ["Scheduled", "Running", "Completed"])
    let ended = try await client.flowRun(run.id)
    #expect(ended.state?.result != nil, "\(process.said)")
    #expect(try await LiveServer.logs(run.id).map(\.message).contains("loaded begins"))
  }

  @Test("A task whose tag has a limit at the server waits until others give a place back")
  func tagLimit() async throws {
    _ = try await client.createConcurrencyLimit(tag: "short", limit: 1)
    let taken = try await client.acquireConcurrencyLease(names: ["tag:short"])
    let run = try await LiveServer.run(of: "show_everything", ["items": ["a", "b"]])
    let process = try ExecutingProcess(run.id)
    let waits = try await eventually {
      process.said.contains("waits for other tasks with the tags short to end") ? true : nil
    }
    #expect(waits == true, "\(process.said)")
    #expect(!process.said.contains("measures"))
    try await client.releaseConcurrencyLease(taken.leaseID)
    #expect(await process.ended() == 0, "\(process.said)")
    #expect(try await client.flowRun(run.id).state?.type == .completed)
    #expect(try await client.globalConcurrencyLimit("tag:short")?.activeSlots == 0)
    try await client.deleteConcurrencyLimit(tag: "short")
  }
}
