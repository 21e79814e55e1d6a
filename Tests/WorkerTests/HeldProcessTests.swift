import Essentials
import Foundation
import Glibc
import JSON
import PrefectAPI
import PrefectTesting
import Synchronization
import Testing

@testable import Worker

@Suite("A process that waits for the word", .timeLimit(.minutes(1))) struct HeldProcessTests {
  @Test("It begins with the word, and has nothing more to read then")
  func letGo() async throws {
    let script = try Script()
    defer { script.remove() }
    let held = try script.held("echo ready; read word || exit 9; echo went; read more || echo nothing more")
    #expect(await script.firstLine() == "ready")
    #expect(held.letGo())
    #expect(await held.watch.ending.exit == .exited(0))
    #expect(script.printed == "ready\nwent\nnothing more\n")
  }

  @Test("Its input ends without the word where whoever would give it is gone")
  func abandoned() async throws {
    let script = try Script()
    defer { script.remove() }
    var held: HeldProcess? = try script.held("read word || exit 9; echo went")
    let watch = try #require(held?.watch)
    held = nil
    #expect(await watch.ending.exit == .exited(9))
    #expect(script.printed.isEmpty)
  }

  @Test("Dismissed, it is ended and waited for, also where it does not listen")
  func dismiss() async throws {
    let script = try Script()
    defer { script.remove() }
    let held = try script.held("trap '' TERM; echo ready; while true; do \(endless); done")
    #expect(await script.firstLine() == "ready")
    await held.dismiss()
    #expect(held.watch.hasEnded && ProcessIdentity(of: held.watch.identity.pid) != held.watch.identity)
  }

  @Test("The word to one that has ended is not heard")
  func ended() async throws {
    let script = try Script()
    defer { script.remove() }
    let held = try script.held("exit 1")
    _ = await held.watch.ending
    #expect(!held.letGo())
  }

  @Test("One that cannot be watched is ended")
  func unwatched() async throws {
    let script = try Script()
    defer { script.remove() }
    let started = Mutex<ProcessIdentity?>(nil)
    #expect(throws: Fault.self) {
      try script.held(endless) { process in
        started.withLock { $0 = process }
        throw Fault("cannot watch the process: too many open files")
      }
    }
    #expect(started.withLock { $0?.isAlive } == false)
  }
}

@Suite("Runs whose process starts before they are claimed", .timeLimit(.minutes(1))) struct AheadTests {
  /// This program in its place. It tells what it does in two files: that it is there, and, when it goes, how many
  /// arguments it has: the option to wait, or none.
  private func own(_ bench: LoopBench) -> [String] {
    let script = """
      echo $$ >> \(bench.folder)/started
      if [ "$1" = --wait ]; then read go || exit 0; fi
      echo $# >> \(bench.folder)/went
      """
    return ["/bin/sh", "-c", script, "flow"]
  }

  private func loop(_ bench: LoopBench, own: [String]) throws -> FlowRunLoop {
    try bench.loop(own: own) { $0.waitOption = "--wait" }
  }

  private func lines(_ bench: LoopBench, _ name: String) -> [String] {
    let text = (try? String(contentsOfFile: "\(bench.folder)/\(name)", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map(String.init)
  }

  @Test("The process is there when the server says yes, and does nothing before")
  func ahead() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    bench.fake.change { $0.holdsClaims = true }
    try await bench.working(try loop(bench, own: own(bench))) {
      let id = bench.fake.add([:])
      _ = try await eventually { lines(bench, "started").count == 1 ? true : nil }
      await bench.fake.until { $0[id]?.type == "PENDING" }
      #expect(lines(bench, "went").isEmpty)
      bench.fake.change { $0.holdsClaims = false }
      #expect(await bench.fake.run(id, has: "COMPLETED")?.history == ["SCHEDULED", "PENDING", "COMPLETED"])
      #expect(lines(bench, "went") == ["1"])
      #expect(lines(bench, "started").count == 1)
      _ = try await eventually { bench.figures.inFlight == 0 ? true : nil }
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(bench.folder)/runs") == ["lock"])
    }
  }

  @Test("The process of a claim that is refused ends without having done anything, and leaves nothing")
  func refused() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    bench.fake.change { $0.holdsClaims = true }
    try await bench.working(try loop(bench, own: own(bench))) {
      bench.fake.change { $0.refusesClaims = true }
      let id = bench.fake.add([:])
      _ = try await eventually { lines(bench, "started").count == 1 ? true : nil }
      let pid = try #require(lines(bench, "started").first.flatMap { Int32($0) })
      bench.fake.change { state in
        // Somebody else has it.
        for place in state.runs.indices { state.runs[place].state = ["type": "RUNNING"] }
        state.holdsClaims = false
      }
      _ = try await eventually { bench.figures.inFlight == 0 ? true : nil }
      #expect(ProcessIdentity(of: pid)?.isAlive != true)
      #expect(bench.fake.now[id]?.history == ["SCHEDULED"])
      #expect(lines(bench, "went").isEmpty)
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(bench.folder)/runs") == ["lock"])

      // The next one starts when it is claimed, for the other worker may be the quicker one again.
      bench.fake.change { state in
        state.refusesClaims = false
        state.holdsClaims = true
      }
      let next = bench.fake.add([:])
      await bench.fake.until { $0[next]?.type == "PENDING" }
      bench.fake.change { $0.holdsClaims = false }
      #expect(await bench.fake.run(next, has: "COMPLETED") != nil)
      #expect(lines(bench, "started").count == 2)
      #expect(lines(bench, "went") == ["0"])
    }
  }

  @Test("A process that has ended before the word is started again")
  func endedEarly() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    let script =
      "echo $$ >> \(bench.folder)/started; [ \"$1\" = --wait ] && exit 1; echo $# >> \(bench.folder)/went"
    bench.fake.change { $0.holdsClaims = true }
    try await bench.working(try loop(bench, own: ["/bin/sh", "-c", script, "flow"])) {
      let id = bench.fake.add([:])
      _ = try await eventually { lines(bench, "started").count == 1 ? true : nil }
      let pid = try #require(lines(bench, "started").first.flatMap { Int32($0) })
      _ = try await eventually { ProcessIdentity(of: pid) == nil ? true : nil }
      bench.fake.change { $0.holdsClaims = false }
      #expect(await bench.fake.run(id, has: "COMPLETED") != nil)
      #expect(lines(bench, "went") == ["0"])
    }
  }

  @Test("A program that is not there is told once the run is claimed")
  func missing() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    try await bench.working(try loop(bench, own: ["/no/such/program"])) {
      let id = bench.fake.add([:])
      let run = await bench.fake.run(id, has: "CRASHED")
      #expect(
        run?.message.hasPrefix("Flow run could not be started: there is no program /no/such/program") == true)
      #expect(run?.history == ["SCHEDULED", "PENDING", "CRASHED"])
    }
  }

  @Test("A deployment's own command starts when its run is claimed, and as it is written")
  func otherCommand() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    bench.fake.change { $0.holdsClaims = true }
    try await bench.working(try loop(bench, own: own(bench))) {
      let id = bench.fake.add(shell("echo $# >> \(bench.folder)/started"))
      await bench.fake.until { $0[id]?.type == "PENDING" }
      let polls = bench.fake.now.polls
      await bench.fake.until { $0.polls >= polls + 2 }
      #expect(lines(bench, "started").isEmpty)
      bench.fake.change { $0.holdsClaims = false }
      _ = await bench.fake.run(id, has: "COMPLETED")
      #expect(lines(bench, "started") == ["0"])
    }
  }

  /// A run whose process waits while the server holds the answer to its claim.
  private func claiming(_ bench: LoopBench) async throws -> (id: UUID, pid: Int32) {
    bench.fake.change { $0.holdsClaims = true }
    let id = bench.fake.add([:])
    await bench.fake.until { $0[id]?.type == "PENDING" }
    let pid = try await eventually { lines(bench, "started").first.flatMap { Int32($0) } }
    return (id, try #require(pid))
  }

  @Test("A run that is cancelled while it is claimed has done nothing")
  func cancelled() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    try await bench.working(try loop(bench, own: own(bench))) {
      let (id, _) = try await claiming(bench)
      bench.fake.change { state in
        for place in state.runs.indices { state.runs[place].state = ["type": "CANCELLING"] }
      }
      // Until the worker has seen it.
      let asked = bench.fake.now.stateReads
      await bench.fake.until { $0.stateReads >= asked + 2 }
      bench.fake.change { $0.holdsClaims = false }
      #expect(await bench.fake.run(id, has: "CANCELLED") != nil)
      _ = try await eventually { bench.figures.inFlight == 0 ? true : nil }
      #expect(lines(bench, "went").isEmpty)
    }
  }

  @Test(
    "A worker that stops in the midst of a claim leaves no process behind",
    arguments: DrainPolicy.Action.allCases)
  func stopped(action: DrainPolicy.Action) async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    let stopping = try bench.loop(
      own: own(bench), drain: DrainPolicy(action, patience: .seconds(20), killGrace: .seconds(5))
    ) { $0.waitOption = "--wait" }
    var claimed: (id: UUID, pid: Int32)?
    try await bench.working(stopping) {
      claimed = try await claiming(bench)
      await stopping.stop()
      bench.fake.change { $0.holdsClaims = false }
    }
    let (id, pid) = try #require(claimed)
    _ = try await eventually { ProcessIdentity(of: pid)?.isAlive == true ? nil : true }
    #expect(ProcessIdentity(of: pid)?.isAlive != true)
    if action == .cancel {
      #expect(bench.fake.now[id]?.type == "CANCELLED")
    } else {
      try await bench.working(try loop(bench, own: own(bench))) {
        _ = await bench.fake.run(id, has: "COMPLETED")
      }
    }
    #expect(lines(bench, "went").count == (action == .cancel ? 0 : 1))
  }

  @Test(
    "Where the answer to the claim is lost the process that waited goes, and another one executes the run")
  func lostAnswer() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    bench.fake.change { $0.losesNextAnswer = true }
    try await bench.working(try loop(bench, own: own(bench))) {
      let id = bench.fake.add([:])
      #expect(await bench.fake.run(id, has: "COMPLETED")?.history == ["SCHEDULED", "PENDING", "COMPLETED"])
      _ = try await eventually { bench.figures.inFlight == 0 ? true : nil }
      #expect(lines(bench, "went") == ["0"])
    }
  }

  @Test("Where the process cannot be written down another one is started, which is found without that")
  func unwritten() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    try await bench.working(try loop(bench, own: own(bench))) {
      let (id, _) = try await claiming(bench)
      // Nothing can be put in the place of a folder.
      let record = "\(bench.folder)/runs/\(id.wire).json"
      try FileManager.default.removeItem(atPath: record)
      try FileManager.default.createDirectory(atPath: "\(record)/full", withIntermediateDirectories: true)
      bench.fake.change { $0.holdsClaims = false }
      #expect(await bench.fake.run(id, has: "COMPLETED") != nil)
      _ = try await eventually { bench.figures.inFlight == 0 ? true : nil }
      #expect(lines(bench, "started").count == 2 && lines(bench, "went") == ["0"])
    }
  }
}

@Suite("A worker of this program that is killed while it claims", .timeLimit(.minutes(2)))
struct KilledWhileClaimingTests {
  @Test("The process that waited ends by itself, and the next worker starts the run, once")
  func killed() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    func worker() throws -> RunningProgram {
      try RunningProgram(
        RunningProgram.built("sluice"), ["worker", "start", "--pool", "default", "--poll-interval", "200ms"],
        home: bench.folder, environment: ["PREFECT_API_URL": bench.fake.url])
    }
    func process(_ id: UUID) -> ProcessIdentity? { ProcessSearch.process(ofRun: id, notWaitingBy: nil) }
    bench.fake.change { $0.holdsClaims = true }
    let first = try worker()
    let id = bench.fake.add([:])
    await bench.fake.until { $0[id]?.type == "PENDING" }
    let waiting = try #require(try await eventually { process(id) })
    // It waits, and so it is not taken for one that executes the run.
    #expect(ProcessSearch.process(ofRun: id, notWaitingBy: "--wait-for-go") == nil)
    first.send(SIGKILL)
    _ = await first.ended()
    _ = try await eventually { waiting.isAlive ? nil : true }
    #expect(!waiting.isAlive)
    #expect(bench.fake.now[id]?.history == ["SCHEDULED", "PENDING"])

    bench.fake.change { $0.holdsClaims = false }
    let second = try worker()
    // The made-up server's flow is none of this program's.
    let run = await bench.fake.run(id, has: "FAILED")
    #expect(run?.history == ["SCHEDULED", "PENDING", "RUNNING", "FAILED"])
    await second.stop()
  }
}
