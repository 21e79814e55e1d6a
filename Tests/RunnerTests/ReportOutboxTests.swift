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

  @Test("Masking leaves names and numbers alone, and reaches what is said of an artifact")
  func maskedArtifacts() throws {
    for text in ["zq7k", "904817263"] { _ = Secret(text) }
    let bench = try ReportBench()
    bench.reporter.artifact(
      .table([["zq7kistrative": 904_817_263, "n": "a zq7k"]]), key: "rows", description: "of zq7k")
    let documents = try bench.parcels().flatMap(\.documents)
    #expect(documents[0]["data"] == .string(#"[{"zq7kistrative":904817263,"n":"a ********"}]"#))
    #expect(documents[0]["description"] == "of ********")
    let record = try ResultStore.record(
      ["zq7kistrative": [904_817_263, "904817263"]], Prefect.ResultRecordMetadata(storageKey: "x"))
    #expect(record["result"] == .string(#"{"zq7kistrative":[904817263,"********"]}"#))
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
