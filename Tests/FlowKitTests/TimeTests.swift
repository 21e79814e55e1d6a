import Essentials
import FlowKitTesting
import Foundation
import Synchronization
import Testing

@testable import FlowKit

private struct Slow: Flow {
  static let name = "slow"
  static let summary = "Takes hours."
  static let timeout = Duration.seconds(3600)
  @Parameter("Seconds that count") var counted = 0
  @Parameter("Seconds that do not") var uncounted = 0
  @Parameter("Whether it then never ends") var hangs = false
  init() {}
  func run(_ run: FlowRun) async throws -> String {
    try await run.waitUncounted(.seconds(uncounted))
    try await run.clock.sleep(for: .seconds(counted))
    if hangs { try await untilCancelled() }
    return "done"
  }
}

@Suite("Timeouts") struct TimeTests {
  @Test("A flow that takes longer than it may is a transient failure")
  func flow() async throws {
    let error = await #expect(throws: TimedOut.self) {
      try await TestRun().run(Slow.self, ["counted": 3700, "hangs": true])
    }
    #expect(error?.message == "flow slow took longer than 1 h")
    #expect(error?.kind == .transient)
    #expect(try await TestRun().run(Slow.self, ["counted": 3500]) == "done")
  }

  @Test("Waiting for another system's queue does not count")
  func uncounted() async throws {
    #expect(try await TestRun().run(Slow.self, ["uncounted": 80_000, "counted": 3500]) == "done")
    await #expect(throws: TimedOut.self) {
      try await TestRun().run(Slow.self, ["uncounted": 80_000, "counted": 3700, "hangs": true])
    }
  }

  @Test("Of waits at once the time counts once")
  func atOnce() {
    let limit = UncountedTime()
    let start = Date(timeIntervalSince1970: 0)
    // Three jobs that wait from the start on, in steps of two minutes: an hour each.
    for minute in stride(from: 0.0, to: 60, by: 2) {
      for job in 0..<3 {
        limit.add(.seconds(120), from: start.addingTimeInterval(minute * 60 + Double(job)))
      }
    }
    #expect(limit.value == .seconds(3_602))
    // One that ends within another adds nothing, one after a pause all of its time.
    limit.add(.seconds(10), from: start.addingTimeInterval(3_000))
    limit.add(.seconds(30), from: start.addingTimeInterval(7_200))
    #expect(limit.value == .seconds(3_632))
  }

  @Test("Each attempt of a task has the whole time")
  func task() async throws {
    let test = TestRun()
    let options = TaskOptions(retry: .backoff(1), timeout: .seconds(60))
    let result = try await test.flowRun().task("work", options: options) { task in
      try await test.clock.sleep(for: .seconds(task.attempt == 1 ? 61 : 59))
      if task.attempt == 1 { try await untilCancelled() }
      return task.attempt
    }
    #expect(result == 2)
  }
}

@Suite("Limits on tasks at once") struct LimitTests {
  @Test("Tasks under one name share its places, also from different runs")
  func shared() async throws {
    let limit = ConcurrencyLimit("limit-test-shared", 2)
    let running = Occupancy()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<2 {
        group.addTask {
          _ = try await TestRun().flowRun().map("work", 0..<20, width: 10, options: TaskOptions(limit: limit))
          { _, _ in
            running.enter()
            for _ in 0..<20 { await Task.yield() }
            running.leave()
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(running.most == 2)
  }

  @Test("Who is cancelled while waiting leaves the queue, and its place is not lost")
  func cancelled() async throws {
    let limit = ConcurrencyLimit("limit-test-cancelled", 1)
    let run = TestRun().flowRun()
    let (inside, enter) = AsyncStream<Void>.makeStream()
    let holder = Task {
      try await run.task("hold", options: TaskOptions(limit: limit)) { _ in
        enter.yield()
        try await untilCancelled()
      }
    }
    for await _ in inside { break }
    let waiter = Task { try await run.task("wait", options: TaskOptions(limit: limit)) { _ in } }
    waiter.cancel()
    await #expect(throws: CancellationError.self) { try await waiter.value }
    holder.cancel()
    await #expect(throws: CancellationError.self) { try await holder.value }
    try await run.task("next", options: TaskOptions(limit: limit)) { _ in }
  }
}

/// How many are inside, and how many were at most.
private final class Occupancy: Sendable {
  private let state = Mutex((now: 0, most: 0))
  var most: Int { state.withLock { $0.most } }
  func enter() {
    state.withLock {
      $0.now += 1
      $0.most = max($0.most, $0.now)
    }
  }
  func leave() { state.withLock { $0.now -= 1 } }
}
