import Essentials
import FlowKitTesting
import Foundation
import PrefectTesting
import Synchronization
import Testing

@testable import FlowKit
@testable import Runner

/// Computes on every thread there is, without a pause, until it is cancelled.
private struct Spinning: Flow {
  static let name = "spinning"
  static let summary = "Computes."
  static let spinners = ProcessInfo.processInfo.activeProcessorCount * 4

  func run(_ run: FlowRun) async throws -> Int {
    let endings = try await run.map("spin", 0..<Self.spinners, width: Self.spinners) { _, _ in
      // A bound, so that a failure of this test is one, and no test process that stands still.
      let limit = ContinuousClock.now + .seconds(20)
      while !Task.isCancelled, ContinuousClock.now < limit {}
      return Task.isCancelled
    }
    return endings.count { $0 }
  }
}

private struct Limited: Flow {
  static let name = "limited"
  static let summary = "Computes longer than it may."
  static let timeout: Duration = .milliseconds(100)
  func run(_ run: FlowRun) async throws -> Int { try await Spinning().run(run) }
}

// One after another: the threads are one set for all flows of a process.
@Suite("A flow that keeps all of its threads busy", .serialized, .timeLimit(.minutes(1))) struct BusyFlowTests
{
  @Test("It hears that its run is cancelled at the server")
  func cancelled() async throws {
    let bench = try RunBench([Spinning.self], flow: "spinning")
    let begin = ContinuousClock.now
    async let isTold = bench.isTold()
    _ = try await eventually { bench.proposals == ["RUNNING"] ? true : nil }
    bench.become("CANCELLING", "Cancelling")
    // The moments at which it asks.
    let clock = Task {
      while !Task.isCancelled {
        bench.clock.advance(by: .seconds(1))
        await Task.yield()
      }
    }
    #expect(await isTold)
    clock.cancel()
    #expect(bench.proposals == ["RUNNING", "CANCELLED"])
    #expect(ContinuousClock.now - begin < .seconds(20))
  }

  @Test("Its time ends")
  func timeout() async throws {
    let folder = try TemporaryFolder()
    let execution = FlowExecution(
      reporter: RecordingReporter(), blocks: BlockStore([]), state: MemoryState(),
      cacheFolder: "\(folder.path)/cache", temporaryFolder: folder.path)
    let begin = ContinuousClock.now
    guard case .failed(let error) = await execution.run(Limited.self, parameters: [:]) else {
      Issue.record("it did not fail")
      return
    }
    #expect(error is TimedOut)
    #expect(ContinuousClock.now - begin < .seconds(20))
  }
}
