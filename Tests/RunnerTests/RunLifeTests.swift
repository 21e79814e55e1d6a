import Essentials
import FlowKitTesting
import Foundation
import JSON
import PrefectTesting
import Synchronization
import Testing

@testable import FlowKit
@testable import Runner

private struct PassingTrouble: Failure {
  var kind: FailureKind { .transient }
  var message: String { "the line is busy" }
}

private struct Sum: Flow {
  static let name = "sum"
  static let summary = "Adds."
  @Parameter("A number") var n = 1
  func run(_ run: FlowRun) async throws -> Int { n + 1 }
}

private struct Busy: Flow {
  static let name = "busy"
  static let summary = "Fails for a passing reason."
  static let retries = 1
  func run(_ run: FlowRun) async throws -> Int { throw PassingTrouble() }
}

@Suite("The steps of a run") struct RunLifeTests {
  @Test("A run proposes RUNNING and its final state")
  func completed() async throws {
    let bench = try RunBench([Sum.self], flow: "sum")
    #expect(await bench.isTold())
    #expect(bench.proposals == ["RUNNING", "COMPLETED"])
  }

  @Test("A process that is asked to stop before its run may start cancels the run")
  func stoppedBefore() async throws {
    let hook = Hook()
    let bench = try RunBench([Sum.self], flow: "sum") { request in
      guard RunBench.proposal(request) == "RUNNING" else { return nil }
      hook()
      return .json(
        200,
        ["status": "WAIT", "details": ["type": "wait_details", "delay_seconds": 5, "reason": "too early"]])
    }
    let stopSwitch = bench.run.stopSwitch
    hook.set { stopSwitch.stop(.interrupted) }
    #expect(await bench.isTold())
    #expect(bench.proposals == ["RUNNING", "CANCELLED"])
  }

  @Test("A run that waits for its repetition keeps the state that somebody else ends it with")
  func endedBySomebody() async throws {
    let hook = Hook()
    let bench = try RunBench([Busy.self], flow: "busy") { request in
      guard RunBench.proposal(request) == "FAILED" else { return nil }
      hook()
      return RunBench.retry
    }
    hook.set { bench.become("COMPLETED", "Completed") }
    #expect(await bench.isTold())
    #expect(bench.proposals == ["RUNNING", "FAILED"])
  }

  @Test("What stops a run while it waits decides whether it is told as cancelled", arguments: [true, false])
  func stoppedWhileWaiting(isEnded: Bool) async throws {
    let hook = Hook()
    let bench = try RunBench([Busy.self], flow: "busy") { request in
      guard RunBench.proposal(request) == "FAILED" else { return nil }
      hook()
      return RunBench.retry
    }
    let stopSwitch = bench.run.stopSwitch
    hook.set { stopSwitch.stop(isEnded ? .ended("Completed") : .interrupted) }
    #expect(await bench.isTold())
    #expect(bench.proposals == ["RUNNING", "FAILED"] + (isEnded ? [] : ["CANCELLED"]))
  }

  @Test(
    "An answer of a proxy, and a login that is refused for a while, do not keep the final state from being told",
    arguments: [
      ScriptedServer.Answer.text(404, "<html>no such page</html>"), .json(404, ["detail": "Not Found"]),
      .text(403, "<html>forbidden</html>"), .json(401, ["exception_message": "Unauthorized"]),
    ])
  func proxy(answer: ScriptedServer.Answer) async throws {
    let refusals = Countdown(2)
    let bench = try RunBench([Sum.self], flow: "sum") { request in
      guard RunBench.proposal(request) == "COMPLETED" else { return nil }
      return refusals.happens() ? answer : nil
    }
    #expect(await bench.isTold())
    #expect(bench.proposals == ["RUNNING", "COMPLETED", "COMPLETED", "COMPLETED"])
  }

  @Test("A start waits for an API that has gone away since it was asked for the run")
  func startWaits() async throws {
    let refusals = Countdown(300)
    let bench = try RunBench([Sum.self], flow: "sum") { request in
      guard RunBench.proposal(request) == "RUNNING" else { return nil }
      return refusals.happens() ? .text(503, "") : nil
    }
    #expect(await bench.isTold())
    #expect(bench.proposals.last == "COMPLETED")
  }

  @Test(
    "Heartbeats and tasks name the flow, the deployment and the tags, for automations that look for these")
  func related() async throws {
    struct Tagged: Flow {
      static let name = "tagged"
      static let summary = "Has a task."
      func run(_ run: FlowRun) async throws -> Int {
        try await run.task("one", options: TaskOptions(tags: ["zeal"])) { _ in 1 }
      }
    }
    let bench = try RunBench(
      [Tagged.self], flow: "tagged", pull: [], options: { $0.heartbeat = .seconds(180) })
    #expect(await bench.isTold())
    let events = bench.server.calls.filter { $0.target == "/api/events" }.flatMap { $0.json.array ?? [] }
    func related(_ name: String) -> [String] {
      let event = events.first { $0["event"]?.string == name }
      return (event?["related"]?.array ?? []).map { resource in
        let kind = resource["prefect.resource.id"]?.string?.split(separator: ".").dropFirst().first ?? ""
        let role = resource["prefect.resource.role"]?.string ?? ""
        return role == "tag" ? resource["prefect.resource.id"]?.string ?? "" : "\(role) \(kind)"
      }
    }
    let tags = ["prefect.tag.daily", "prefect.tag.north"]
    #expect(
      related("prefect.flow-run.heartbeat") == ["flow flow", "deployment deployment"] + tags, "\(events)")
    #expect(
      related("prefect.task-run.Completed") == [
        "prefect.tag.zeal", "flow-run flow-run", "flow flow", "deployment deployment",
      ] + tags)
  }

  @Test("A run that is gone is not waited for")
  func gone() async throws {
    let bench = try RunBench([Sum.self], flow: "sum") { request in
      RunBench.proposal(request) == "COMPLETED"
        ? .json(404, ["detail": "Flow run with id x not found"]) : nil
    }
    #expect(await !bench.isTold())
    #expect(bench.proposals == ["RUNNING", "COMPLETED"])
  }

  @Test("A run that is suspended makes the writes that wait for the API before its process ends")
  func suspended() async throws {
    struct Suspending: Flow {
      static let name = "suspending"
      static let summary = "Gives its process up."
      func run(_ run: FlowRun) async throws -> Int {
        _ = try await run.pause(Pause("later", suspends: true))
        return 0
      }
    }
    let attempts = Mutex(0)
    let bench = try RunBench(
      [Suspending.self], flow: "suspending",
      options: { options in
        options.settle = {
          try attempts.withLock { attempts in
            attempts += 1
            if attempts < 3 { throw PassingTrouble() }
          }
        }
      })
    #expect(await bench.isTold())
    #expect(bench.proposals == ["RUNNING", "PAUSED"])
    #expect(attempts.withLock { $0 } == 3)
  }
}
