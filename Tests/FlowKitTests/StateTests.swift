import Essentials
import FlowKit
import FlowKitTesting
import Foundation
import Synchronization
import Testing

private struct Child: Flow {
  static let name = "child"
  static let summary = "Is run by others."
  @Parameter("Number") var number = 1
  init() {}
  func run(_ run: FlowRun) async throws -> Int {
    run.log.info("here")
    if number < 0 { throw Rejection("negative") }
    return number * 2
  }
}

@Suite("What runs keep for later runs") struct StateTests {
  @Test("A cached task is done once, until its result has expired")
  func cache() async throws {
    let test = TestRun()
    let calls = Mutex(0)
    func fetch(_ key: String) async throws -> [String: Int] {
      try await test.flowRun().task("fetch", cache: CacheKey(key, lifetime: .seconds(60))) { _ in
        [
          "calls": calls.withLock {
            $0 += 1; return $0
          }
        ]
      }
    }
    #expect(try await fetch("a/1") == ["calls": 1])
    #expect(try await fetch("a/1") == ["calls": 1])
    #expect(try await fetch("a_1") == ["calls": 2])
    test.clock.advance(by: .seconds(60))
    #expect(try await fetch("a/1") == ["calls": 3])
    #expect(test.reporter.finishedTasks.count { if case .cached = $0.outcome { true } else { false } } == 1)
  }

  @Test("A failure is not kept, and an unreadable result is made again")
  func cacheFaults() async throws {
    let test = TestRun()
    await #expect(throws: Rejection.self) {
      let _: Int = try await test.flowRun().task("t", cache: CacheKey("k")) { _ in throw Rejection("no") }
    }
    #expect(test.state.keys.isEmpty)
    #expect(try await test.flowRun().task("t", cache: CacheKey("k")) { _ in 5 } == 5)
    test.state.write(try #require(test.state.keys.first), Array("garbage".utf8))
    #expect(try await test.flowRun().task("t", cache: CacheKey("k")) { _ in 6 } == 6)
  }

  @Test("Watermarks belong to their flow, variables to all")
  func watermarks() async throws {
    let test = TestRun()
    let (first, second) = (test.flowRun(named: "one"), test.flowRun(named: "two"))
    try await first.setWatermark("last month", to: "2024-05")
    try await first.setVariable("zone", to: "Africa/Freetown")
    #expect(try await first.watermark("last month") == "2024-05")
    #expect(try await second.watermark("last month") == nil)
    #expect(try await second.variable("zone") == "Africa/Freetown")
    try await second.setVariable("zone", to: nil)
    #expect(try await first.variable("zone") == nil)
    #expect(test.state.keys == ["watermarks/one/last%20month"])
  }

  @Test("A sub-flow is a run of its own within the run")
  func subflow() async throws {
    let test = TestRun()
    let run = test.flowRun(named: "parent")
    #expect(try await run.subflow(Child.self, ["number": 4]) == 8)
    await #expect(throws: Rejection.self) { try await run.subflow(Child.self, ["number": -1]) }
    await #expect(throws: ParameterFailure.self) { try await run.subflow(Child.self, ["numer": 1]) }
    #expect(test.reporter.subflows.map(\.completed) == [true, false])
    #expect(
      test.reporter.subflows.allSatisfy { $0.parent == run.id && $0.id != run.id && $0.flow == "child" })
    #expect(test.reporter.lines.first == .init(level: .info, label: "parent/child", message: "here"))
  }

  @Test("Gathered failures name every item that failed, after all were tried")
  func gather() async throws {
    let test = TestRun()
    let error = await #expect(throws: GatheredFailures.self) {
      try await test.flowRun().map("work", 0..<6, width: 2, failures: .gather) { number, _ in
        if number % 2 == 1 { throw number == 3 ? Misconfiguration("three") as any Error : Rejection("odd") }
      }
    }
    #expect(error?.failures.map(\.index) == [1, 3, 5])
    #expect(error?.kind == .configuration)
    #expect(error?.message == "3 of 6 tasks failed: item 1: odd; item 3: three; item 5: odd")
    #expect(test.reporter.finishedTasks.count == 6)
  }

  @Test("A retry has a deadline")
  func deadline() async throws {
    let test = TestRun()
    let retry = Retry(
      retries: 100, backoff: Backoff(initial: .seconds(10), factor: 1, jitter: 0), deadline: .seconds(35))
    await #expect(throws: TimedOut.self) {
      try await test.flowRun().task("t", retry: retry) { _ in throw TimedOut(work: "x", limit: .zero) }
    }
    #expect(test.clock.waits == [.seconds(10), .seconds(10), .seconds(10)])
  }

  @Test("Progress stays between 0 and 1; chance and ids are the test's")
  func inputs() {
    let test = TestRun()
    let run = test.flowRun()
    run.progress("download", 1.5)
    #expect(test.reporter.progress == [.init(name: "download", fraction: 1)])
    #expect(run.random() == 0)
    #expect(run.makeID().uuidString == "00000000-0000-0000-0000-000000000002")
  }
}
