import Essentials
import FlowKit
import FlowKitTesting
import Synchronization
import Testing

private struct Flaky: Failure {
  let kind: FailureKind
  var retryAfter: Duration?
  var message: String { "no luck" }
}

@Suite("Tasks of a run") struct TaskTests {
  @Test("A transient failure is tried again, with growing waits")
  func retry() async throws {
    let test = TestRun()
    let attempts = Mutex(0)
    let retry = Retry(
      retries: 3, backoff: Backoff(initial: .seconds(10), factor: 2, maximum: .seconds(100), jitter: 0))
    let result = try await test.flowRun().task("fetch", retry: retry) { task in
      attempts.withLock { $0 += 1 }
      if task.attempt < 3 { throw Flaky(kind: .transient) }
      return task.attempt
    }
    #expect(result == 3)
    #expect(attempts.withLock { $0 } == 3)
    #expect(test.clock.waits == [.seconds(10), .seconds(20)])
    #expect(test.reporter.lines.map(\.message).first == "attempt 1 failed: no luck. Next attempt in 10.0 s")
    guard case .completed(let count, _)? = test.reporter.finishedTasks.first?.outcome else {
      Issue.record("not completed")
      return
    }
    #expect(count == 3)
  }

  @Test("A wait that the other side asked for is kept")
  func retryAfter() async throws {
    let test = TestRun()
    let retry = Retry(retries: 1, backoff: Backoff(initial: .seconds(1), jitter: 0))
    try await test.flowRun().task("fetch", retry: retry) { task in
      if task.attempt == 1 { throw Flaky(kind: .transient, retryAfter: .seconds(90)) }
    }
    #expect(test.clock.waits == [.seconds(90)])
  }

  @Test("Only transient failures are tried again", arguments: [FailureKind.configuration, .rejected, .fault])
  func noRetry(kind: FailureKind) async {
    let test = TestRun()
    await #expect(throws: Flaky.self) {
      try await test.flowRun().task("fetch", retry: .backoff(5)) { _ in throw Flaky(kind: kind) }
    }
    #expect(test.clock.waits.isEmpty)
  }

  @Test("After the last attempt the failure is what the flow sees")
  func exhausted() async {
    let test = TestRun()
    await #expect(throws: Flaky.self) {
      try await test.flowRun().task("fetch", retry: .backoff(2)) { _ in throw Flaky(kind: .transient) }
    }
    #expect(test.clock.waits.count == 2)
  }

  @Test("Results of a map are in the order of the items, and no more tasks run at once than allowed")
  func mapOrder() async throws {
    let running = Mutex((now: 0, most: 0))
    let test = TestRun()
    let results = try await test.flowRun().map("square", 1...50, width: 4) { number, _ in
      running.withLock {
        $0.now += 1
        $0.most = max($0.most, $0.now)
      }
      for _ in 0..<(50 - number) { await Task.yield() }
      running.withLock { $0.now -= 1 }
      return number * number
    }
    #expect(results == (1...50).map { $0 * $0 })
    #expect(running.withLock { $0.most } <= 4)
    #expect(Set(test.reporter.startedTasks.map(\.index)) == Set(0..<50))
  }

  @Test("The first failure of a map cancels the rest")
  func mapFailure() async {
    let test = TestRun()
    await #expect(throws: Flaky.self) {
      _ = try await test.flowRun().map("work", 0..<100, width: 2) { number, _ in
        if number == 0 { throw Flaky(kind: .fault) }
        try await untilCancelled()
      }
    }
    #expect(test.reporter.startedTasks.count < 100)
  }

  @Test("A cancelled task reports so and is not retried")
  func cancellation() async throws {
    let test = TestRun()
    let run = test.flowRun()
    let task = Task {
      try await run.task("wait", retry: .backoff(3)) { _ in try await untilCancelled() }
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    guard case .cancelled? = test.reporter.finishedTasks.first?.outcome else {
      Issue.record("not cancelled")
      return
    }
  }

  @Test("An artifact's key is checked")
  func artifacts() throws {
    let test = TestRun()
    try test.flowRun().artifact("a-1", .markdown("text"))
    #expect(test.reporter.artifacts == [.init(key: "a-1", artifact: .markdown("text"))])
    #expect(throws: Fault.self) { try test.flowRun().artifact("A 1", .markdown("")) }
  }

  @Test("A map of no width is the author's mistake")
  func width() async {
    let error = await #expect(throws: Fault.self) {
      _ = try await TestRun().flowRun().map("work", [1], width: 0) { number, _ in number }
    }
    #expect(error?.message == "map \"work\" of flow test has width 0")
  }

  @Test("A task that retries makes the clients within it send once")
  func retryScope() async throws {
    let run = TestRun().flowRun()
    #expect(try await run.task("once") { _ in RetryScope.isLeftToTask } == false)
    #expect(try await run.task("again", retry: .backoff(2)) { _ in RetryScope.isLeftToTask } == true)
  }
}
