import Essentials
import FlowKitTesting
import Foundation
import HTTP
import JSON
import PrefectAPI
import PrefectClient
import PrefectTesting
import Synchronization
import Testing

@testable import FlowKit
@testable import Runner

/// An outbox, who fills it, and the texts of what comes out.
struct ReportBench {
  let folder: TemporaryFolder
  let clock = ManualClock()
  let outbox: ReportOutbox
  let reporter: PrefectReporter
  let run = UUID()

  init(_ adjust: (inout ReportOutbox.Limits) -> Void = { _ in }) throws {
    folder = try TemporaryFolder()
    var limits = ReportOutbox.Limits()
    adjust(&limits)
    outbox = ReportOutbox(folder: "\(folder.path)/spool", clock: clock, limits: limits)
    reporter = PrefectReporter(
      PrefectReporter.Subject(id: run, name: "brave-run", flow: "flow", flowID: UUID()), outbox: outbox,
      clock: clock)
  }

  func line(_ text: String, _ level: Log.Level = .info) {
    reporter.log(Log.Line(level: level, label: "flow", message: text), at: clock.now())
  }

  /// Everything that goes out now.
  func parcels() throws -> [(kind: String, documents: [JSONValue])] {
    var parcels: [(kind: String, documents: [JSONValue])] = []
    while let parcel = outbox.next() {
      func read(_ documents: [[UInt8]]) throws -> [JSONValue] {
        try documents.map { try JSONValue(parsing: $0) }
      }
      switch parcel {
      case .logs(let documents): parcels.append(("logs", try read(documents)))
      case .events(let documents): parcels.append(("events", try read(documents)))
      case .artifact(let document): parcels.append(("artifact", try read([document])))
      case .progress(var report):
        parcels.append(("progress", [.number(report.percent)]))
        report.sent = report.percent
        report.artifact = UUID()
        outbox.confirm(.progress(report))
        continue
      case .subflow(let report): parcels.append(("subflow", [.string(report.id.wire)]))
      }
      outbox.confirm(parcel)
    }
    return parcels
  }
}

@Suite("What a run has to tell, until it is sent") struct ReportOutboxTests {
  @Test("Lines wait two seconds for others, and go with their run and level")
  func lines() throws {
    let bench = try ReportBench()
    #expect(bench.outbox.due == nil)
    let start = bench.clock.now()
    bench.line("one")
    bench.clock.advance(by: .seconds(1))
    bench.line("two", .warning)
    bench.line("detail", .debug)
    #expect(bench.outbox.due == start + 2)
    let parcels = try bench.parcels()
    #expect(parcels.map(\.kind) == ["logs"])
    #expect(parcels[0].documents.map { $0["message"] } == ["one", "two"])
    #expect(parcels[0].documents.map { $0["level"] } == [20, 30])
    #expect(parcels[0].documents[0]["flow_run_id"]?.string == bench.run.wire)
    #expect(bench.outbox.due == nil)
    #expect(bench.outbox.isEmpty)
  }

  @Test("A batch that is large enough does not wait, and is cut into requests")
  func size() throws {
    let bench = try ReportBench { $0.batch = 1000 }
    let start = bench.clock.now()
    for _ in 0..<3 { bench.line(String(repeating: "x", count: 300)) }
    #expect(try #require(bench.outbox.due) <= start)
    let parcels = try bench.parcels()
    #expect(parcels.map(\.documents.count) == [2, 1])
  }

  @Test("A line that is too long is cut; a run that logs too much says so once and goes on without")
  func limits() throws {
    let bench = try ReportBench {
      $0.line = 10
      $0.log = 500
    }
    for number in 0..<6 { bench.line("number \(number) is long") }
    let messages = try bench.parcels().flatMap(\.documents).compactMap { $0["message"]?.string }
    #expect(messages[0] == "number 0 i … (6 more bytes left out)")
    #expect(messages.last?.hasPrefix("This run has logged 500 bytes") == true)
    #expect(messages.count < 6)
    #expect(bench.outbox.leftOut == 6 - (messages.count - 1))
  }

  @Test("A short task is one event; a long one is told while it runs, too")
  func tasks() throws {
    let bench = try ReportBench()
    let task = TaskIdentity(name: "load", index: 0, tags: ["t"])
    bench.reporter.taskStarted(task)
    bench.outbox.announceTasks()
    #expect(try bench.parcels().isEmpty)
    #expect(bench.outbox.due == bench.clock.now() + 1)
    bench.clock.advance(by: .seconds(1))
    bench.outbox.announceTasks()
    let started = try #require(try bench.parcels().first?.documents.first)
    #expect(started["event"] == "prefect.task-run.Running")
    bench.clock.advance(by: .seconds(2))
    bench.reporter.taskFinished(task, .completed(attempts: 2, .seconds(3)))
    let ended = try #require(try bench.parcels().first?.documents.first)
    #expect(ended["event"] == "prefect.task-run.Completed")
    #expect(ended["resource"]?["prefect.orchestration"] == "client")
    #expect(ended["resource"]?["prefect.resource.id"] == started["resource"]?["prefect.resource.id"])
    let run = try #require(ended["payload"]?["task_run"])
    #expect(run["task_key"] == "load")
    #expect(run["dynamic_key"] == "0")
    #expect(run["name"] == "load-0")
    #expect(run["run_count"] == 2)
    #expect(run["total_run_time"]?.double == 3)
    #expect(run["tags"] == ["t"])
    let roles = ended["related"]?.array?.compactMap { $0["prefect.resource.role"]?.string }
    #expect(roles == ["tag", "flow-run", "flow"])

    let quick = TaskIdentity(name: "load", index: 1, tags: [])
    bench.reporter.taskStarted(quick)
    bench.reporter.taskFinished(quick, .failed(attempts: 1, .zero, Misconfiguration("no key")))
    bench.clock.advance(by: .seconds(5))
    bench.outbox.announceTasks()
    let events = try bench.parcels().flatMap(\.documents)
    #expect(events.map { $0["event"] } == ["prefect.task-run.Misconfigured"])
    #expect(events[0]["payload"]?["validated_state"]?["message"] == "no key")
  }

  @Test("The tasks of a repeated run are others than those of the first time")
  func repeated() throws {
    let bench = try ReportBench()
    bench.reporter.repeats(runCount: 2)
    let task = TaskIdentity(name: "load", index: 0, tags: [])
    bench.reporter.taskStarted(task)
    bench.reporter.taskFinished(task, .cached)
    let event = try #require(try bench.parcels().first?.documents.first)
    #expect(event["payload"]?["task_run"]?["dynamic_key"] == "2-0")
    #expect(event["payload"]?["task_run"]?["flow_run_run_count"] == 2)
    #expect(event["event"] == "prefect.task-run.Cached")
  }

  @Test("A line within a task is the task's; one beside it is not")
  func taskLines() async throws {
    let bench = try ReportBench()
    var test = TestRun()
    test.clock = bench.clock
    let context = RunContext(
      clock: bench.clock, scratchFolder: bench.folder.path, cacheFolder: bench.folder.path,
      services: Services(), blocks: BlockStore([]), state: MemoryState(), reporter: bench.reporter)
    let run = FlowRun(id: bench.run, flowName: "flow", context: context)
    run.log.info("before")
    try await run.task("work") { task in
      task.log.info("within")
      try run.artifact("page", .markdown("x"))
    }
    run.log.info("after")
    let parcels = try bench.parcels()
    let event = try #require(parcels.first { $0.kind == "events" }?.documents.first)
    let id = try #require(event["resource"]?["prefect.resource.id"]?.string).dropFirst(
      "prefect.task-run.".count)
    let lines = try #require(parcels.first { $0.kind == "logs" }?.documents)
    #expect(lines.map { $0["task_run_id"]?.string } == [nil, String(id), nil])
    #expect(
      parcels.first { $0.kind == "artifact" }?.documents[0]["task_run_id"]?.string == String(id))
  }

  @Test("Of progress only the newest step goes, and none that was sent already")
  func progress() throws {
    let bench = try ReportBench()
    for step in 1...5 { bench.reporter.progress("download", Double(step) / 10) }
    #expect(try bench.parcels().map(\.documents) == [[50.0]])
    bench.reporter.progress("download", 0.5)
    #expect(try bench.parcels().isEmpty)
    bench.reporter.progress("download", 0.512_34)
    #expect(try bench.parcels().map(\.documents) == [[51.2]])
  }

  @Test("Artifacts go in the form that Prefect shows, masked, and cut where they are too large")
  func artifacts() throws {
    _ = Secret("very-hidden-1")
    let bench = try ReportBench()
    bench.reporter.artifact(.table([["a": "very-hidden-1"]]), key: "rows", description: "Rows")
    bench.reporter.artifact(.link("https://example.org", text: "x"), key: "link", description: nil)
    bench.reporter.artifact(
      .table((0..<3).map { ["n": .integer($0), "x": .string(String(repeating: "x", count: 2_000_000))] }),
      key: "big", description: nil)
    let documents = try bench.parcels().flatMap(\.documents)
    #expect(documents[0]["data"] == .string(#"[{"a":"********"}]"#))
    #expect(documents[0]["type"] == "table")
    #expect(documents[1]["type"] == "markdown")
    #expect(documents[1]["data"] == "[x](https://example.org)")
    #expect(documents[2]["description"] == "(1 more of 3 rows left out)")
  }

  @Test("A sub-flow goes before everything else, and its reports name it")
  func subflows() throws {
    let bench = try ReportBench()
    bench.line("before")
    let id = UUID()
    let inner = bench.reporter.reporter(forSubflow: id, flow: "inner", parameters: ["n": 1])
    inner.log(Log.Line(level: .info, label: "inner", message: "within"), at: bench.clock.now())
    bench.reporter.subflowFinished(id, nil)
    let parcels = try bench.parcels()
    #expect(parcels.map(\.kind) == ["subflow", "subflow", "logs"])
    #expect(parcels[2].documents.map { $0["flow_run_id"]?.string } == [bench.run.wire, id.wire])
  }

  @Test("What goes by while the API is away lies on disk, in order")
  func spooled() throws {
    let bench = try ReportBench { $0.memory = 500 }
    for number in 0..<50 { bench.line("number \(number)") }
    #expect(FileManager.default.fileExists(atPath: "\(bench.folder.path)/spool/logs.jsonl"))
    let messages = try bench.parcels().flatMap(\.documents).compactMap { $0["message"]?.string }
    #expect(messages == (0..<50).map { "number \($0)" })
    bench.outbox.closeFiles()
    #expect(!FileManager.default.fileExists(atPath: "\(bench.folder.path)/spool"))
  }
}

@Suite("Sending what a run has to tell") struct ReportSenderTests {
  private func client(_ url: String, _ clock: any WallClock) -> PrefectClient {
    var configuration = PrefectConfiguration(apiURL: url)
    configuration.maxRetries = 0
    configuration.supportsCSRF = false
    return PrefectClient(configuration, clock: clock)
  }

  @Test("What the server cannot take now stays, and goes when it can, once")
  func away() async throws {
    let bench = try ReportBench()
    let server = try ScriptedServer(
      .text(503, ""), .text(500, ""), .json(200, []), .json(201, .null))
    let warnings = Warnings()
    let sender = ReportSender(
      client(server.url, bench.clock), outbox: bench.outbox, clock: bench.clock, warn: warnings.add)
    bench.line("one")
    await #expect(throws: PrefectFailure.self) { try await sender.sendAll() }
    bench.line("two")
    await #expect(throws: PrefectFailure.self) { try await sender.sendAll() }
    #expect(!bench.outbox.isEmpty)
    try await sender.sendAll()
    #expect(bench.outbox.isEmpty)
    // Whether lines arrived before an error of the server is looked up.
    #expect(server.calls.map { $0.json.array?.count } == [1, 2, nil, 2])
    try await sender.sendAll()
    #expect(server.calls.count == 4)
  }

  @Test("One report that the server refuses does not take the others along")
  func refused() async throws {
    let bench = try ReportBench()
    let server = try ScriptedServer { request in
      let isBad = request.json.array?.contains { $0["message"] == "bad" } ?? false
      return isBad ? .json(422, ["detail": "no"]) : .json(201, .null)
    }
    let warnings = Warnings()
    let sender = ReportSender(
      client(server.url, bench.clock), outbox: bench.outbox, clock: bench.clock, warn: warnings.add)
    for text in ["a", "b", "bad", "c", "d"] { bench.line(text) }
    try await sender.sendAll()
    let arrived = server.calls.filter { call in
      !(call.json.array?.contains { $0["message"] == "bad" } ?? true)
    }
    .flatMap { $0.json.array ?? [] }.compactMap { $0["message"]?.string }
    #expect(arrived.sorted() == ["a", "b", "c", "d"])
    #expect(warnings.all.count == 1)
    #expect(warnings.all[0].contains("refused one of the log lines"))
  }

  @Test("Lines whose answer was lost are sent again only where the server does not have them")
  func lostAnswer() async throws {
    let bench = try ReportBench()
    let kept = Mutex<[JSONValue]>([])
    let server = try ScriptedServer { request in
      switch request.target {
      case "/api/logs/filter":
        return .json(
          200,
          .array(
            kept.withLock { $0 }.map { line in
              var document = line.object ?? [:]
              document["id"] = .string(UUID().wire)
              return .object(document)
            }))
      default:
        let lines = request.json.array ?? []
        // The first request is carried out in part, and nobody learns of it.
        let isFirst = kept.withLock { $0.isEmpty }
        kept.withLock { $0 += isFirst ? Array(lines.prefix(2)) : lines }
        return isFirst ? .json(502, .null) : .json(201, .null)
      }
    }
    let sender = ReportSender(
      client(server.url, bench.clock), outbox: bench.outbox, clock: bench.clock, warn: { _ in })
    for text in ["a", "b", "b", "c"] { bench.line(text) }
    await #expect(throws: PrefectFailure.self) { try await sender.sendAll() }
    bench.line("d")
    try await sender.sendAll()
    #expect(kept.withLock { $0 }.compactMap { $0["message"]?.string } == ["a", "b", "b", "c", "d"])
    // From then on nothing is looked up.
    bench.line("e")
    try await sender.sendAll()
    #expect(server.calls.count { $0.target == "/api/logs/filter" } == 1)
  }

  @Test("Lines that a killed process left are looked up before they are sent")
  func leftBehind() async throws {
    let folder = try TemporaryFolder()
    let clock = ManualClock()
    func outbox() -> ReportOutbox { ReportOutbox(folder: folder.path, clock: clock) }
    func line(_ text: String) -> Prefect.LogCreate {
      Prefect.LogCreate(
        name: "flow", level: .info, message: text, timestamp: clock.now(), flowRunID: UUID())
    }
    let killed = outbox()
    killed.log(line("one"))
    killed.closeFiles()
    let server = try ScriptedServer { request in
      request.target == "/api/logs/filter" ? .json(200, []) : .json(201, .null)
    }
    let next = outbox()
    next.log(line("two"))
    let sender = ReportSender(client(server.url, clock), outbox: next, clock: clock, warn: { _ in })
    try await sender.sendAll()
    #expect(server.calls.map(\.target) == ["/api/logs/filter", "/api/logs/"])
    #expect(
      server.calls.dropFirst().flatMap { $0.json.array ?? [] }.map { $0["message"]?.string } == [
        "one", "two",
      ])
  }

  @Test("While it runs it sends when the time has come, and ends when the outbox is closed")
  func loop() async throws {
    let bench = try ReportBench()
    let server = try ScriptedServer(.json(201, .null))
    let sender = ReportSender(
      client(server.url, bench.clock), outbox: bench.outbox, clock: bench.clock, warn: { _ in })
    let loop = Task { await sender.run() }
    bench.line("one")
    while server.calls.isEmpty {
      bench.clock.advance(by: .seconds(1))
      await Task.yield()
    }
    bench.outbox.close()
    await loop.value
    #expect(server.calls.map(\.target) == ["/api/logs/"])
  }

  @Test("A sub-flow is a run of its own at the server, and its reports go there")
  func subflow() async throws {
    let bench = try ReportBench()
    let (flow, task, run) = (UUID(), UUID(), UUID())
    let server = try ScriptedServer { request in
      switch request.target {
      case "/api/flows/": .json(201, ["id": .string(flow.wire), "name": "inner"])
      case "/api/task_runs/":
        .json(201, ["id": .string(task.wire), "name": "inner", "task_key": "inner", "dynamic_key": "0"])
      case "/api/flow_runs/":
        .json(201, ["id": .string(run.wire), "name": "inner-run", "flow_id": .string(flow.wire)])
      case "/api/flow_runs/\(run.wire)/set_state":
        .json(
          201,
          [
            "status": "ACCEPT", "details": ["type": "accept_details"],
            "state": ["type": request.json["state"]?["type"] ?? "RUNNING"],
          ])
      default: .json(201, .null)
      }
    }
    let sender = ReportSender(
      client(server.url, bench.clock), outbox: bench.outbox, clock: bench.clock, warn: { _ in })
    let id = UUID()
    let inner = bench.reporter.reporter(forSubflow: id, flow: "inner", parameters: ["n": 1])
    inner.log(Log.Line(level: .info, label: "inner", message: "within"), at: bench.clock.now())
    bench.reporter.subflowFinished(id, Rejection("no"))
    try await sender.sendAll()
    let states = server.calls.filter { $0.target.hasSuffix("set_state") }.map { $0.json["state"] }
    #expect(states.map { $0?["type"] } == ["RUNNING", "FAILED"])
    #expect(states.last??["name"] == "Rejected")
    #expect(server.calls.last?.json[0]?["flow_run_id"]?.string == run.wire)
    let created = server.calls.first { $0.target == "/api/flow_runs/" }?.json
    #expect(created?["parent_task_run_id"]?.string == task.wire)
    #expect(created?["parameters"] == ["n": 1])
  }

  @Test(
    "The key of a progress is made of its name",
    arguments: [
      ("Download of ERA5", "download-of-era5"), ("a__b--c", "a-b-c"), ("übung", "bung"), ("¡", "work"),
    ])
  func keys(name: String, key: String) {
    #expect(ReportSender.key(name) == key)
  }
}

/// Keeps warnings.
final class Warnings: @unchecked Sendable {  // guarded by its lock
  private let lock = NSLock()
  private var texts: [String] = []
  var all: [String] { lock.withLock { texts } }
  @Sendable func add(_ text: String) { lock.withLock { texts.append(text) } }
}
