import Essentials
import Foundation
import Glibc
import JSON
import PrefectAPI
import PrefectTesting
import Synchronization
import Testing

@testable import Worker

@Suite("A worker that is stopped, and the next one", .timeLimit(.minutes(1))) struct DrainTests {
  @Test("A run that ends in time ends by itself")
  func patience() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    let gate = try Gate(in: bench.folder)
    let loop = try bench.loop(drain: DrainPolicy(.requeue, patience: .seconds(30)))
    var id: UUID?
    try await bench.working(loop) {
      id = bench.fake.add(shell(gate.wait))
      await bench.fake.until { $0.runs[0].pid != nil }
      await loop.stop()
      gate.open()
    }
    #expect(id.flatMap { bench.fake.now[$0] }?.type == "COMPLETED")
  }

  @Test("A run that is requeued is scheduled anew, at once, and the next worker does it")
  func requeue() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    try await bench.working(try bench.loop(drain: DrainPolicy(.requeue, patience: .zero))) {
      _ = bench.fake.add(
        shell("[ -e \(bench.folder)/again ] || { touch \(bench.folder)/again; \(endless); }"))
      await bench.fake.until { $0.runs[0].pid != nil }
    }
    #expect(bench.fake.now.runs[0].type == "SCHEDULED")
    try await bench.working(try bench.loop()) { await bench.fake.until { $0.runs[0].type == "COMPLETED" } }
  }

  @Test(
    "A run that its process has repeated is found by the next worker when it is requeued, and waits at its pauses anew",
    arguments: ["RUNNING", "SCHEDULED", "PAUSED", "CRASHED"])
  func requeueRepeated(type: String) async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    try await bench.working(try bench.loop(drain: DrainPolicy(.requeue, patience: .zero))) {
      _ = bench.fake.add(
        shell("[ -e \(bench.folder)/again ] || { touch \(bench.folder)/again; \(endless); }"))
      await bench.fake.until { $0.runs[0].pid != nil }
      bench.fake.change { state in
        state.runs[0].state = ["type": .string(type)]
        state.runs[0].policy = ["retries": 3, "retry_type": "in_process", "pause_keys": ["approval"]]
      }
    }
    #expect(bench.fake.now.runs[0].type == "SCHEDULED")
    #expect(bench.fake.now.runs[0].policy["pause_keys"] == [])
    #expect(bench.fake.now.runs[0].policy["retries"] == 3)
    try await bench.working(try bench.loop()) { await bench.fake.until { $0.runs[0].type == "COMPLETED" } }
  }

  @Test("A run whose process has ended is not requeued because nobody could be told yet", arguments: [0, 3])
  func requeueEnded(code: Int) async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    let gate = try Gate(in: bench.folder)
    let drain = DrainPolicy(.requeue, patience: .zero, killGrace: .zero)
    try await bench.working(try bench.loop(drain: drain)) {
      _ = bench.fake.add(shell("\(gate.wait); exit \(code)"))
      await bench.fake.until { $0.runs[0].pid != nil }
      bench.fake.change { $0.isAway = true }
      gate.open()
      _ = try await eventually {
        bench.lines.withLock { lines in lines.contains { $0.contains("the process ended with exit code") } }
          ? true : nil
      }
    }
    bench.fake.change { $0.isAway = false }
    try await bench.working(try bench.loop()) {
      await bench.fake.until { $0.runs[0].type == (code == 0 ? "COMPLETED" : "CRASHED") }
    }
    #expect(!bench.fake.now.runs[0].history.dropFirst().contains("SCHEDULED"))
  }

  @Test("A run whose claim is answered while the worker stops is not started, and waits for the next one")
  func claimedLate() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    bench.fake.change { $0.holdsClaims = true }
    let loop = try bench.loop(drain: DrainPolicy(.requeue, patience: .zero))
    try await bench.working(loop) {
      _ = bench.fake.add(shell("touch \(bench.folder)/begun"))
      await bench.fake.until { $0.runs[0].type == "PENDING" }
      await loop.stop()
      _ = try await eventually {
        bench.lines.withLock { lines in lines.contains { $0.contains("may come to their end") } } ? true : nil
      }
      bench.fake.change { $0.holdsClaims = false }
    }
    #expect(bench.fake.now.runs[0].history == ["SCHEDULED", "PENDING", "SCHEDULED"])
    #expect(!FileManager.default.fileExists(atPath: "\(bench.folder)/begun"))
    try await bench.working(try bench.loop()) { await bench.fake.until { $0.runs[0].type == "COMPLETED" } }
  }

  @Test("A run that is cancelled with its worker is reported so")
  func cancel() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    try await bench.working(try bench.loop(drain: DrainPolicy(.cancel, patience: .zero))) {
      _ = bench.fake.add(shell(endless))
      await bench.fake.until { $0.runs[0].pid != nil }
    }
    #expect(bench.fake.now.runs[0].type == "CANCELLED")
  }

  @Test("A run that is left goes on, and the next worker of the name takes it up with its output")
  func leave() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    let gate = try Gate(in: bench.folder)
    try await bench.working(try bench.loop(drain: DrainPolicy(.leave))) {
      _ = bench.fake.add(shell("echo one; \(gate.wait); echo two"))
      _ = try await eventually { bench.printed == "one\n" ? true : nil }
    }
    #expect(bench.fake.now.runs[0].type == "PENDING")
    let loop = try bench.loop()
    try await bench.working(loop) {
      _ = try await eventually { await loop.count == 1 ? true : nil }
      gate.open()
      let run = await bench.fake.run(bench.fake.now.runs[0].id, has: "CRASHED")
      // It was this test's child and no other worker's, so that the exit code is known all the same only to a parent.
      #expect(run?.message.contains("exit code unknown") == true)
    }
    #expect(bench.printed == "one\ntwo\n")
  }

  @Test("A process that ended while no worker ran is reported as crashed, exit code unknown")
  func whileAway() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    var identity = try #require(ProcessIdentity(of: getpid()))
    identity.startTicks += 1
    try await restart(bench, identity)
    #expect(bench.fake.now.runs[0].message == "The process ended while no worker ran, exit code unknown.")
  }

  @Test("A process that ended with its machine is reported so")
  func machine() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    try await restart(bench, ProcessIdentity(pid: 4711, startTicks: 1, bootID: "another"))
    #expect(
      bench.fake.now.runs[0].message == "The process ended with the machine it ran on, exit code unknown.")
  }

  private func restart(_ bench: LoopBench, _ identity: ProcessIdentity) async throws {
    let id = bench.fake.add(shell("true"))
    bench.fake.change { $0.runs[0].state = ["type": "RUNNING"] }
    do {
      let journal = try RunJournal(folder: "\(bench.folder)/runs", name: "w1", log: .silent)
      var record = RunRecord(id: id, name: "brave-fox", transition: UUID())
      record.process = identity
      try journal.write(record)
    }
    try await bench.working(try bench.loop()) { _ = await bench.fake.run(id, has: "CRASHED") }
  }

  @Test("A run that was claimed and not started goes on; one that another has claimed is left alone")
  func claimed() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    let transition = UUID()
    let ours = bench.fake.add(shell("true"))
    let others = bench.fake.add(shell("true"))
    bench.fake.change { state in
      for place in state.runs.indices {
        let id = place == 0 ? transition : UUID()
        state.runs[place].state = ["type": "PENDING", "state_details": ["transition_id": .string(id.wire)]]
      }
    }
    do {
      let journal = try RunJournal(folder: "\(bench.folder)/runs", name: "w1", log: .silent)
      try journal.write(RunRecord(id: ours, name: "ours", transition: transition))
      try journal.write(RunRecord(id: others, name: "others", transition: UUID()))
    }
    try await bench.working(try bench.loop()) {
      _ = await bench.fake.run(ours, has: "COMPLETED")
      _ = try await eventually { bench.figures.inFlight == 0 ? true : nil }
    }
    #expect(bench.fake.now[others]?.type == "PENDING")
  }

  @Test("A process that runs and cannot be watched yet is not taken for ended")
  func watchedLater() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    try await bench.working(try bench.loop(drain: DrainPolicy(.leave))) {
      _ = bench.fake.add(shell(endless))
      await bench.fake.until { $0.runs[0].pid != nil }
    }
    let pid = try #require(bench.fake.now.runs[0].pid.flatMap { Int32($0) })
    let failures = Countdown(3)
    let next = try bench.loop { world in
      world.adopt = { process in
        if failures.happens() { throw Fault("cannot watch the process \(process.pid): too many open files") }
        return try ProcessWatch.adopting(process)
      }
    }
    try await bench.working(next) {
      _ = try await eventually { failures.isOver ? true : nil }
      #expect(bench.fake.now.runs[0].type == "PENDING")
      kill(pid, SIGKILL)
      await bench.fake.until { $0.runs[0].type == "CRASHED" }
    }
  }

  @Test(
    "A run whose worker was killed as it was to let the process begin is done by the next one",
    arguments: [true, false])
  func neverBegan(isOurs: Bool) async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    let transition = UUID()
    let id = bench.fake.add(shell("true"))
    bench.fake.change { state in
      let claim = isOurs ? transition : UUID()
      state.runs[0].state = ["type": "PENDING", "state_details": ["transition_id": .string(claim.wire)]]
    }
    do {
      let journal = try RunJournal(folder: "\(bench.folder)/runs", name: "w1", log: .silent)
      var record = RunRecord(id: id, name: "ours", transition: transition)
      record.process = ProcessIdentity(
        pid: 4711, startTicks: 1, bootID: ProcessIdentity.currentBootID)
      record.hasWaited = true
      try journal.write(record)
    }
    try await bench.working(try bench.loop()) {
      await bench.fake.until { ["COMPLETED", "CRASHED"].contains($0[id]?.type) }
    }
    #expect(
      bench.fake.now[id]?.history
        == (isOurs ? ["SCHEDULED", "SCHEDULED", "PENDING", "COMPLETED"] : ["SCHEDULED", "CRASHED"]))
  }

  @Test("A run that was claimed and not started is started by the pool's template, however late that is read")
  func claimedTemplate() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    let transition = UUID()
    let id = bench.fake.add([:])
    bench.fake.change { state in
      state.runs[0].state = [
        "type": "PENDING", "state_details": ["transition_id": .string(transition.wire)],
      ]
      state.pool = [
        "name": "default", "type": "process",
        "base_job_template": [
          "job_configuration": ["command": "{{ command }}"],
          "variables": ["properties": ["command": ["default": "/bin/echo by the pool"]]],
        ],
      ]
      state.isPoolAway = true
    }
    do {
      let journal = try RunJournal(folder: "\(bench.folder)/runs", name: "w1", log: .silent)
      try journal.write(RunRecord(id: id, name: "ours", transition: transition))
    }
    try await bench.working(try bench.loop()) {
      _ = try await eventually {
        bench.lines.withLock { lines in lines.contains { $0.contains("tried again until the API is there") } }
          ? true : nil
      }
      bench.fake.change { $0.isPoolAway = false }
      await bench.fake.until { $0.runs[0].type != "PENDING" }
    }
    #expect(bench.fake.now[id]?.type == "COMPLETED")
    #expect(bench.printed == "by the pool\n")
  }

  @Test("A record that cannot be read is removed, and said so")
  func broken() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    try FileManager.default.createDirectory(atPath: "\(bench.folder)/runs", withIntermediateDirectories: true)
    let path = "\(bench.folder)/runs/x.json"
    try Data("{".utf8).write(to: URL(filePath: path))
    try await bench.working(try bench.loop()) { await bench.fake.until { $0.polls > 0 } }
    #expect(!FileManager.default.fileExists(atPath: path))
    #expect(
      bench.lines.withLock { lines in lines.contains { $0.hasSuffix("is no record of a run; it is removed") }
      })
  }
}
