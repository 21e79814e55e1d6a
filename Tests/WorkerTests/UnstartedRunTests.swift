import Essentials
import Foundation
import JSON
import PrefectAPI
import PrefectTesting
import Synchronization
import Testing

@testable import Worker

@Suite("Runs that are claimed and cannot be started", .timeLimit(.minutes(1))) struct UnstartedRunTests {
  @Test("A program that is not there is reported as crashed, by its name")
  func missingProgram() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    try await bench.working(try bench.loop()) {
      let id = bench.fake.add(["command": "no-such-program --flag"])
      let run = await bench.fake.run(id, has: "CRASHED")
      #expect(
        run?.message.hasPrefix(
          "Flow run could not be started: there is no program no-such-program that may be executed") == true)
    }
  }

  @Test("A run that is cancelled before it can be found not to start is cancelled, and has not crashed")
  func cancelledUnstarted() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    bench.fake.change { $0.holdsClaims = true }
    try await bench.working(try bench.loop()) {
      let id = bench.fake.add(["command": "no-such-program --flag"])
      await bench.fake.until { $0[id]?.type == "PENDING" }
      bench.fake.change { state in
        for place in state.runs.indices { state.runs[place].state = ["type": "CANCELLING"] }
        state.holdsClaims = false
      }
      #expect(await bench.fake.run(id, has: "CANCELLED") != nil)
    }
  }

  @Test("A run whose deployment is gone is cancelled")
  func deploymentGone() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    bench.fake.change { $0.isDeploymentGone = true }
    try await bench.working(try bench.loop()) {
      let id = bench.fake.add(shell("true"))
      let run = await bench.fake.run(id, has: "CANCELLED")
      #expect(run?.message == "The deployment no longer exists, cancelled run.")
    }
  }

  @Test("A process that cannot be watched is ended, and its run reported as crashed with the reason")
  func unwatched() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    let started = Mutex<ProcessIdentity?>(nil)
    let loop = try bench.loop { world in
      world.watch = { process in
        started.withLock { $0 = process }
        throw Fault("cannot watch the process: too many open files")
      }
    }
    try await bench.working(loop) {
      let id = bench.fake.add(shell(endless))
      let run = await bench.fake.run(id, has: "CRASHED")
      #expect(
        run?.message == "Flow run could not be started: cannot watch the process: too many open files")
      #expect(started.withLock { $0?.isAlive } == false)
    }
  }

  @Test("A job variable that is not as it must be is reported as crashed, by its name")
  func wrongVariable() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    try await bench.working(try bench.loop()) {
      let id = bench.fake.add(["timeout": "soon"])
      let run = await bench.fake.run(id, has: "CRASHED")
      #expect(
        run?.message.hasPrefix(
          "Flow run could not be started: the job variable timeout is \"soon\" and must be")
          == true)
    }
  }

  @Test("A secret block reaches the environment, a short one is masked too, and is refused in the command")
  func secrets() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    bench.fake.change { $0.blocks = ["token": "q7#Z", "greeting": "good day"] }
    try await bench.working(try bench.loop()) {
      let refused = bench.fake.add(["command": "/bin/echo {{ prefect.blocks.secret.token }}"])
      #expect(
        await bench.fake.run(refused, has: "CRASHED")?.message.hasPrefix(
          "Flow run could not be started: the job variable command names {{ prefect.blocks.secret.token }}")
          == true)
      let id = bench.fake.add(
        shell(
          "[ ${#TOKEN} = 4 ] && echo {{ prefect.blocks.string.greeting }}",
          ["env": ["TOKEN": "{{ prefect.blocks.secret.token }}"]]))
      _ = await bench.fake.run(id, has: "COMPLETED")
    }
    #expect(bench.printed == "good day\n")
    #expect(Redaction.redact("a q7#Z b") == "a ******** b")
    #expect(bench.lines.withLock { lines in lines.allSatisfy { !$0.contains("q7#Z") } })
  }
}
