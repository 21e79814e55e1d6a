import FlowKit
import FlowKitTesting
import Foundation
import PrefectTesting
import Runner
import Synchronization
import Testing

private struct Sum: Flow {
  static let name = "sum"
  static let summary = "Adds numbers."
  @Parameter("Numbers") var numbers = [1, 2]
  @Parameter("What goes wrong") var trouble = ""
  init() {}
  func run(_ run: FlowRun) async throws -> Int {
    try Data().write(to: URL(filePath: "\(run.scratchFolder)/left-behind"))
    switch trouble {
    case "configuration": throw Misconfiguration("wrong")
    case "rejected": throw Rejection("no")
    case "fault": throw Fault("bug")
    case "unknown": throw CocoaError(.fileNoSuchFile)
    case "cancel":
      try await untilCancelled()
    default: break
    }
    return numbers.reduce(0, +)
  }
}

@Suite("One run of a flow") struct ExecutionTests {
  private func execution(in folder: TemporaryFolder, _ reporter: RecordingReporter = RecordingReporter())
    -> FlowExecution
  {
    FlowExecution(
      reporter: reporter, blocks: BlockStore([]), state: MemoryState(), cacheFolder: folder.path,
      temporaryFolder: folder.path)
  }

  @Test("Its result is what the flow gives, and its scratch folder is gone")
  func completed() async throws {
    let folder = try TemporaryFolder()
    let outcome = await execution(in: folder).run(Sum.self, parameters: ["numbers": [4, 5]])
    guard case .completed(let result) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(result == 9)
    #expect(outcome.exitCode == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test(
    "How it fails names the state and the exit code",
    arguments: [
      ("configuration", "Misconfigured", Int32(3)), ("rejected", "Rejected", 5), ("fault", "Failed", 1),
      ("unknown", "Failed", 1),
    ])
  func failed(trouble: String, state: String, code: Int32) async throws {
    let folder = try TemporaryFolder()
    let outcome = await execution(in: folder).run(Sum.self, parameters: ["trouble": .string(trouble)])
    #expect(outcome.stateType == "FAILED")
    #expect(outcome.stateName == state)
    #expect(outcome.exitCode == code)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test("Parameters that the flow does not take are a matter of configuration")
  func badParameters() async throws {
    let outcome = await execution(in: try TemporaryFolder()).run(Sum.self, parameters: ["numbers": "x"])
    #expect(outcome.stateName == "Misconfigured")
    #expect(outcome.exitCode == 3)
  }

  @Test("Cancelling the task cancels the run")
  func cancelled() async throws {
    let execution = execution(in: try TemporaryFolder())
    let task = Task { await execution.run(Sum.self, parameters: ["trouble": "cancel"]) }
    task.cancel()
    let outcome = await task.value
    #expect(outcome.stateType == "CANCELLED")
    #expect(outcome.exitCode == 130)
  }
}

@Suite("What a run leaves on the console and in its folder") struct ConsoleTests {
  @Test("Lines, artifacts and the log are kept, masked")
  func record() throws {
    _ = Secret("hunter2!")
    let folder = try TemporaryFolder()
    let id = try #require(UUID(uuidString: "01234567-89AB-CDEF-0123-456789ABCDEF"))
    let now = Date(timeIntervalSince1970: 1_735_689_661)  // 2025-01-01T00:01:01Z
    let record = try RunFolder(stateFolder: folder.path, flow: "sum", id: id, now: now)
    #expect(record.path == "\(folder.path)/runs/2025-01-01-sum-01234567")
    let shown = Lines()
    let reporter = ConsoleReporter(folder: record, write: shown.add)
    reporter.log(.init(level: .info, label: "sum", message: "hello"), at: now)
    reporter.log(.init(level: .debug, label: "sum", message: "detail"), at: now)
    reporter.artifact(.table([["a": 1], ["a": "hunter2!"]]), key: "rows", description: nil)
    reporter.artifact(.markdown("# Title"), key: "page", description: nil)
    #expect(shown.all.first == "00:01:01 INFO    sum | hello\n")
    #expect(!shown.all.contains { $0.contains("detail") })
    let log = try String(contentsOfFile: "\(record.path)/run.log", encoding: .utf8)
    #expect(log.contains("2025-01-01 00:01:01 DEBUG   sum | detail\n"))
    let rows = try JSONValue(parsing: Data(contentsOf: URL(filePath: "\(record.path)/rows.json")))
    #expect(rows == [["a": 1], ["a": "********"]])
    #expect(try String(contentsOfFile: "\(record.path)/page.md", encoding: .utf8) == "# Title")
  }

  @Test("A state folder that cannot be written is a matter of configuration")
  func unwritable() throws {
    let folder = try TemporaryFolder()
    try folder.write("file", "")
    let error = #expect(throws: Misconfiguration.self) {
      try RunFolder(stateFolder: "\(folder.path)/file", flow: "sum", id: UUID(), now: Date())
    }
    #expect(error?.remedy?.contains("XDG_STATE_HOME") == true)
  }
}

private final class Lines: Sendable {
  private let lines = Mutex<[String]>([])
  var all: [String] { lines.withLock { $0 } }
  @Sendable func add(_ line: String) { lines.withLock { $0.append(line) } }
}
