import Essentials
import Foundation
import JSON
import PrefectAPI
import PrefectTesting
import Synchronization
import Testing

@testable import Worker

@Suite("A worker and the runs of its pool", .timeLimit(.minutes(1))) struct LoopTests {
  @Test("It makes the pool that is missing, claims a run, runs its command and reports the end")
  func completes() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    try await bench.working(try bench.loop()) {
      let id = bench.fake.add(shell("echo hello from $PREFECT__FLOW_NAME; echo $PREFECT__FLOW_RUN_ID; pwd"))
      let run = await bench.fake.run(id, has: "COMPLETED")
      #expect(run?.history == ["SCHEDULED", "PENDING", "COMPLETED"])
      _ = try await eventually { bench.figures.inFlight == 0 ? true : nil }
      #expect(bench.printed.hasPrefix("hello from stars\n\(id.wire)\n\(bench.folder)/runs/"))
      // Nothing is left of it: no record, no output, no folder.
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(bench.folder)/runs") == ["lock"])
    }
    let pool = bench.fake.now.pool
    #expect(pool?["name"] == "default" && pool?["type"] == "process")
    #expect(pool?["base_job_template"] == .object(JobTemplate.process))
    #expect(bench.fake.now.heartbeats > 0)
  }

  @Test(
    "The pool's template names variables of the server, and the deployment's environment goes over its own")
  func template() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    bench.fake.change { state in
      state.variables = ["country": "NO"]
      state.pool = [
        "name": "default", "type": "process",
        "base_job_template": [
          "job_configuration": [
            "command": "{{ command }}",
            "env": ["COUNTRY": "{{ prefect.variables.country }}", "LEVEL": "pool"],
          ]
        ],
      ]
    }
    try await bench.working(try bench.loop()) {
      let id = bench.fake.add(shell("echo $COUNTRY $LEVEL", ["env": ["LEVEL": "deployment"]]))
      _ = await bench.fake.run(id, has: "COMPLETED")
    }
    #expect(bench.printed == "NO deployment\n")
  }

  @Test("A run without a command is this program's own")
  func ownCommand() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    try await bench.working(try bench.loop(own: ["/bin/echo", "flow-run", "execute"])) {
      let id = bench.fake.add(["stream_output": true])
      _ = await bench.fake.run(id, has: "COMPLETED")
      _ = try await eventually { bench.figures.inFlight == 0 ? true : nil }
      #expect(bench.printed == "flow-run execute\n")
    }
  }

  @Test("A crash is reported with the exit code, and the last lines of the output go to the run's log")
  func crash() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    try await bench.working(try bench.loop()) {
      let id = bench.fake.add(shell("echo first; echo the reason >&2; exit 3", ["stream_output": false]))
      let run = await bench.fake.run(id, has: "CRASHED")
      #expect(run?.message.hasPrefix("The process ended with exit code 3; ") == true)
      #expect(bench.fake.now.logs.count == 1)
      #expect(
        bench.fake.now.logs.first?.hasSuffix("The last lines of its output:\nfirst\nthe reason") == true)
      #expect(bench.printed.isEmpty)
      _ = try await eventually { bench.figures.inFlight == 0 ? true : nil }
      // The output is kept for whoever looks after it.
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: "\(bench.folder)/runs").sorted()
          == ["\(id.wire).log", "lock"])
    }
  }

  @Test("The report of a run that is retried after a crash has nothing of the attempt before")
  func crashAgain() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    let mark = "\(bench.folder)/again"
    try await bench.working(try bench.loop()) {
      let id = bench.fake.add(
        shell("if [ -e \(mark) ]; then echo second; else touch \(mark); echo first; fi; exit 3"))
      _ = await bench.fake.run(id, has: "CRASHED")
      _ = try await eventually { bench.figures.inFlight == 0 ? true : nil }
      bench.fake.change { $0.runs[0].state = ["type": "SCHEDULED"] }
      await bench.fake.until { $0.logs.count == 2 && $0[id]?.type == "CRASHED" }
      #expect(bench.fake.now.logs.last?.hasSuffix("The last lines of its output:\nsecond") == true)
      #expect(bench.printed == "first\nsecond\n")
    }
  }

  @Test("A process that is killed is reported as crashed at once, with the signal")
  func killed() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    try await bench.working(try bench.loop()) {
      let id = bench.fake.add(shell("kill -9 $$"))
      let run = await bench.fake.run(id, has: "CRASHED")
      #expect(run?.message.hasPrefix("The process was ended by signal 9 (SIGKILL)") == true)
    }
  }

  @Test("What the process says of its run itself stays")
  func ownReport() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    try await bench.working(try bench.loop()) {
      let id = bench.fake.add(shell(endless))
      await bench.fake.until { $0[id]?.pid != nil }
      bench.fake.change { state in
        for place in state.runs.indices { state.runs[place].state = ["type": "FAILED"] }
      }
      let pid = try #require(Int32(bench.fake.now[id]?.pid ?? ""))
      kill(pid, SIGKILL)
      _ = try await eventually { bench.figures.inFlight == 0 ? true : nil }
      #expect(bench.fake.now[id]?.type == "FAILED")
    }
  }

  @Test("No more runs at once than the limit; the next begins as soon as one has ended")
  func limit() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    try await bench.working(try bench.loop(limit: 2)) {
      let gate = try Gate(in: bench.folder)
      let ids = (0..<3).map { _ in bench.fake.add(shell(gate.wait)) }
      await bench.fake.until { state in ids.count { state[$0]?.pid != nil } == 2 }
      let polls = bench.fake.now.polls
      await bench.fake.until { $0.polls >= polls + 2 }
      #expect(ids.map { bench.fake.now[$0]?.type } == ["PENDING", "PENDING", "SCHEDULED"])
      gate.open(for: ids.count)
      await bench.fake.until { state in ids.allSatisfy { state[$0]?.type == "COMPLETED" } }
    }
  }

  @Test("A run of a little later begins at its time, not at the next poll, and not before")
  func ahead() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    try await bench.working(try bench.loop()) {
      let due = Date().addingTimeInterval(0.4)
      let id = bench.fake.add(shell("true"), due: due)
      await bench.fake.until { $0[id]?.type != "SCHEDULED" }
      #expect(Date() >= due)
    }
  }

  @Test("A run that was found ahead is not begun where its pool holds runs back by then")
  func heldBack() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    bench.fake.change { state in
      state.dueAfterPoll = 0.5
      state.heldBackFrom = 2
    }
    let id = bench.fake.add(shell("true"))
    // The one poll of this test sees the run, which is due within its interval.
    try await bench.working(try bench.loop(interval: .seconds(60))) {
      await bench.fake.until { $0.polls == 2 }
      #expect(bench.fake.now[id]?.history == ["SCHEDULED"])
    }
  }

  @Test("A cancelled run ends by SIGTERM, and is reported as cancelled whatever its exit code")
  func cancel() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    try await bench.working(try bench.loop()) {
      let id = bench.fake.add(
        shell("trap \"echo goodbye; exit 5\" TERM; echo ready; \(try Gate(in: bench.folder).wait)"))
      _ = try await eventually { bench.printed.contains("ready") ? true : nil }
      bench.fake.change { $0.runs[0].state = ["type": "CANCELLING"] }
      let run = await bench.fake.run(id, has: "CANCELLED")
      #expect(run?.message == "Flow run was cancelled successfully.")
      _ = try await eventually { bench.printed.contains("goodbye") ? true : nil }
    }
  }

  @Test("A process that does not hear SIGTERM is killed after the grace, and its children with it")
  func cancelUnheard() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    try await bench.working(try bench.loop(killGrace: .milliseconds(100))) {
      let wait = try Gate(in: bench.folder).wait
      let id = bench.fake.add(shell("trap \"\" TERM; sh -c \"\(wait)\" & echo child $!; \(wait)"))
      let child = try #require(
        try await eventually { bench.printed.firstMatch(of: /child ([0-9]+)\n/).flatMap { Int32($0.1) } })
      bench.fake.change { $0.runs[0].state = ["type": "CANCELLING"] }
      _ = await bench.fake.run(id, has: "CANCELLED")
      #expect(try await eventually { ProcessStat(pid: child).map(\.isZombie) ?? true ? true : nil } == true)
    }
  }

  @Test("A run that takes longer than its limit is ended and crashed")
  func timeout() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    try await bench.working(try bench.loop()) {
      let id = bench.fake.add(shell(endless, ["timeout": 0.1]))
      let run = await bench.fake.run(id, has: "CRASHED")
      #expect(run?.message.hasPrefix("The process ran longer than its limit of 100 ms and was ended") == true)
    }
  }

  @Test("A run whose processes use more memory than its limit is killed and crashed")
  func memory() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    try await bench.working(try bench.loop()) {
      let id = bench.fake.add(
        shell("head -c 60000000 /dev/zero | tail -c 60000000 | \(endless)", ["memory_limit": "32Mi"]))
      let run = await bench.fake.run(id, has: "CRASHED")
      #expect(run?.message.contains("more than its limit of 32 MiB, and was ended.") == true)
    }
  }

  @Test("While the API is away the worker goes on, and reports what has ended meanwhile when it is back")
  func away() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    try await bench.working(try bench.loop()) {
      let gate = try Gate(in: bench.folder)
      let id = bench.fake.add(shell("echo ready; \(gate.wait); exit 4"))
      _ = try await eventually { bench.printed.contains("ready") ? true : nil }
      bench.fake.change { $0.isAway = true }
      gate.open()
      _ = try await eventually {
        bench.lines.withLock { lines in lines.contains { $0.contains("asked again until it is answered") } }
          ? true : nil
      }
      #expect(bench.fake.now[id]?.type == "PENDING")
      bench.fake.change { $0.isAway = false }
      #expect(await bench.fake.run(id, has: "CRASHED")?.message.contains("exit code 4") == true)
      let next = bench.fake.add(shell("true"))
      #expect(await bench.fake.run(next, has: "COMPLETED") != nil)
    }
  }

  @Test("An API that is away when the worker starts is waited for")
  func awayAtStart() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    bench.fake.change { $0.isAway = true }
    try await bench.working(try bench.loop()) {
      _ = try await eventually {
        bench.lines.withLock { lines in lines.contains { $0.contains("tried again until the API is there") } }
          ? true : nil
      }
      bench.fake.change { $0.isAway = false }
      let id = bench.fake.add(shell("true"))
      #expect(await bench.fake.run(id, has: "COMPLETED") != nil)
    }
  }

  @Test("A claim whose answer was lost is found to be this worker's, and goes on")
  func lostClaim() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    try await bench.working(try bench.loop()) {
      await bench.fake.until { $0.polls > 0 }
      bench.fake.change { $0.losesNextAnswer = true }
      let id = bench.fake.add(shell("true"))
      let run = await bench.fake.run(id, has: "COMPLETED")
      #expect(run?.history == ["SCHEDULED", "PENDING", "COMPLETED"])
    }
  }

  @Test("A pool of another type is refused, by its name")
  func wrongPool() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    bench.fake.change { $0.pool = ["name": "default", "type": "docker"] }
    let failure = try await #require(throws: Misconfiguration.self) { try await bench.loop().run() }
    #expect(failure.message == "the work pool default is of type docker, and this worker starts processes")
  }

  @Test("What crashed runs of long ago have printed is removed, that of runs in hand never")
  func cleaning() throws {
    let folder = try TemporaryFolder()
    let journal = try RunJournal(folder: folder.path, name: "w1", log: .silent)
    let now = Date(timeIntervalSince1970: 1_800_000_000)
    func make(_ id: UUID, days: Double) throws {
      for path in [journal.outputPath(of: id), try journal.makeTemporaryFolder(of: id)] {
        if !FileManager.default.fileExists(atPath: path) { try Data("x".utf8).write(to: URL(filePath: path)) }
        try FileManager.default.setAttributes(
          [.modificationDate: now.addingTimeInterval(-days * 86_400)], ofItemAtPath: path)
      }
    }
    let (old, recent, running) = (UUID(), UUID(), UUID())
    try make(old, days: 8)
    try make(recent, days: 6)
    try make(running, days: 30)
    try journal.write(RunRecord(id: running, name: "running", transition: UUID()))
    journal.clean(now: now)
    let names = Set(try FileManager.default.contentsOfDirectory(atPath: folder.path))
    #expect(
      names == [
        "lock", "\(recent.wire).log", "\(recent.wire).work", "\(running.wire).json", "\(running.wire).log",
        "\(running.wire).work",
      ])
  }

  @Test("A second worker of one name on one machine is refused")
  func twice() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    let first = try RunJournal(folder: "\(bench.folder)/runs", name: "w1", log: .silent)
    let failure = try #require(throws: Misconfiguration.self) {
      try RunJournal(folder: "\(bench.folder)/runs", name: "w1", log: .silent)
    }
    #expect(failure.message.hasPrefix("a worker named w1 runs on this machine already"))
    withExtendedLifetime(first) {}
  }
}
