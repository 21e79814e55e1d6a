import Connectors
import FlowKit
import FlowKitTesting
import Flows
import Foundation
import Glibc
import Testing

@Suite("Filtering JSON files") struct JSONFilterTests {
  let folder: String

  init() throws { folder = try TestFolder.make() }
  let test = TestRun()

  private func path(_ name: String) -> String { "\(folder)/\(name)" }

  private func write(_ text: String, _ name: String = "data.json") throws {
    try text.write(toFile: path(name), atomically: true, encoding: .utf8)
  }

  private func filter(
    _ input: String = "data.json", to output: String = "out.json", _ more: JSONObject = [:]
  ) async throws -> JSONFilterResult {
    var parameters: JSONObject = ["data_path": .string(path(input)), "output_path": .string(path(output))]
    for (key, value) in more { parameters[key] = value }
    return try await test.run(Flows.all.compactMap { $0 as? JSONFilter.Type }[0], parameters)
  }

  private func text(_ name: String = "out.json") throws -> String {
    try String(contentsOfFile: path(name), encoding: .utf8)
  }

  private var files: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  /// How each task ended, by its name.
  private var outcomes: [String: String] {
    Dictionary(
      uniqueKeysWithValues: test.reporter.finishedTasks.map { finished in
        switch finished.outcome {
        case .completed, .cached: (finished.task.name, "completed")
        case .failed: (finished.task.name, "failed")
        case .cancelled: (finished.task.name, "cancelled")
        }
      })
  }

  @Test("The items that are active are written, the rest is not; each of the three tasks tells what it did")
  func array() async throws {
    try write(
      "[{\"id\": 1, \"active\": true}, {\"id\": 2, \"active\": false},\n {\"id\": 3.10, \"active\": 1}]")
    let result = try await filter()
    #expect(result.json == ["items": 3, "kept": 2, "output": .string(path("out.json"))])
    #expect(try text() == "[{\"id\": 1, \"active\": true},\n{\"id\": 3.10, \"active\": 1}]\n")
    #expect(Set(test.reporter.startedTasks.map(\.name)) == ["load_data", "filter_data", "save_data"])
    #expect(test.reporter.startedTasks.count == 3)
    #expect(outcomes == ["load_data": "completed", "filter_data": "completed", "save_data": "completed"])
    #expect(
      Set(test.reporter.lines.map { "\($0.label): \($0.message)" }) == [
        "json_filter/load_data: read 83 bytes of JSON from \(path("data.json"))",
        "json_filter/filter_data: kept 2 of 3 items (an array) by \"active\"",
        "json_filter/save_data: wrote 55 bytes of JSON to \(path("out.json"))",
      ])
    #expect(
      test.reporter.artifacts == [
        .init(
          key: "json-filter-summary",
          artifact: .table([
            [
              "input": .string(path("data.json")), "output": .string(path("out.json")), "field": "active",
              "items": 3, "kept": 2, "bytes_read": 83, "bytes_written": 55,
            ]
          ]))
      ])
  }

  @Test("Lines stay lines, by any field")
  func lines() async throws {
    try write("{\"on\":[]}\n{\"on\":[0]}\n\n{\"active\":true}\n", "data.ndjson")
    let result = try await filter("data.ndjson", to: "out.ndjson", ["field": "on"])
    #expect(result.items == 3 && result.kept == 1)
    #expect(try text("out.ndjson") == "{\"on\":[0]}\n")
  }

  @Test(
    "An empty file gives an empty file, an empty array an empty array",
    arguments: [("", ""), (" [ ] ", "[]\n")])
  func empty(input: String, output: String) async throws {
    try write(input)
    #expect(try await filter().items == 0)
    #expect(try text() == output)
  }

  @Test("Names that end in .gz are packed, and in megabytes nothing is lost")
  func gzip() async throws {
    let items = (0..<60_000).map {
      "{\"id\": \($0), \"active\": \($0 % 2 == 0), \"text\": \"\(String(repeating: "x", count: $0 % 50))\"}"
    }
    try write("[" + items.joined(separator: ", ") + "]")
    #expect(try await filter(to: "kept.json.gz").kept == 30_000)
    let again = try await filter("kept.json.gz", to: "again.ndjson")
    #expect(again.items == 30_000 && again.kept == 30_000)
    let expected = "[" + stride(from: 0, to: 60_000, by: 2).map { items[$0] }.joined(separator: ",\n") + "]\n"
    #expect(try text("again.ndjson") == expected)
  }

  @Test("Input and output may be the same file")
  func inPlace() async throws {
    try write("[{\"active\":1},{}]")
    _ = try await filter(to: "data.json")
    #expect(try text("data.json") == "[{\"active\":1}]\n")
  }

  @Test("Progress goes up to the end")
  func progress() async throws {
    try write("[" + String(repeating: "{\"active\":true},", count: 100_000) + "{}]")
    _ = try await filter()
    let fractions = test.reporter.progress.map(\.fraction)
    #expect(fractions == fractions.sorted() && fractions.last == 1 && fractions.count > 1)
  }

  @Test("Broken JSON names file, line and column, is the filter's failure, and leaves no output file")
  func broken() async throws {
    try write("[\n  {\"active\": true},\n  {\"active\": truth}\n]")
    let error = await #expect(throws: (any Error).self) { try await filter() }
    let failure = try #require(error as? any Failure)
    #expect(failure.kind == .rejected)
    #expect(
      failure.message
        == "filtering \(path("data.json")): not valid JSON: expected true, false or null at line 3, column 14"
    )
    #expect(
      outcomes == ["load_data": "cancelled", "filter_data": "failed", "save_data": "cancelled"]
        || outcomes == ["load_data": "completed", "filter_data": "failed", "save_data": "cancelled"])
    #expect(files == ["data.json"])
  }

  @Test("What breaks far into a file leaves no output file, and a file that was there before stays")
  func brokenLate() async throws {
    try write("[" + String(repeating: "{\"active\":true},\n", count: 200_000) + "5]")
    try write("before", "out.json")
    let error = await #expect(throws: (any Error).self) { try await filter() }
    let failure = try #require(error as? any Failure)
    #expect(
      failure.description
        == "filtering \(path("data.json")): item 200000 (from 0) at line 200001, column 1 is a number, not an object. Every item must be an object, as it is filtered by one of its fields."
    )
    #expect(outcomes["filter_data"] == "failed" && outcomes["save_data"] == "cancelled")
    #expect(files == ["data.json", "out.json"])
    #expect(try text() == "before")
  }

  @Test("A missing input is the loading's failure, and nothing is written")
  func missing() async throws {
    let error = await #expect(throws: FileFailure.self) { try await filter() }
    #expect(error?.kind == .configuration)
    #expect(error?.message == "cannot read \(path("data.json")): there is no such file")
    #expect(outcomes == ["load_data": "failed", "filter_data": "cancelled", "save_data": "cancelled"])
    #expect(files == [])
  }

  @Test("A packed file that ends in the middle leaves no output file")
  func truncatedGzip() async throws {
    try write("[" + (0..<50_000).map { "{\"id\":\($0),\"active\":true}" }.joined(separator: ",") + "]")
    _ = try await filter(to: "data.json.gz")
    let packed = try Data(contentsOf: URL(filePath: path("data.json.gz")))
    try packed.prefix(packed.count / 2).write(to: URL(filePath: path("half.json.gz")))
    await #expect(throws: FileFailure.self) { try await filter("half.json.gz") }
    #expect(files == ["data.json", "data.json.gz", "half.json.gz"])
  }

  @Test("An output that cannot be written is the saving's failure")
  func unwritable() async throws {
    try write("[" + String(repeating: "{\"active\":true},\n", count: 200_000) + "{}]")
    let error = await #expect(throws: FileFailure.self) { try await filter(to: "data.json/out.json") }
    #expect(error?.kind == .configuration)
    #expect(outcomes["save_data"] == "failed" && outcomes["load_data"] == "cancelled")
  }

  @Test("A run that is cancelled in the middle ends, and leaves no output file")
  func cancelled() async throws {
    // A pipe that nobody writes to: the input never comes to its end.
    #expect(mkfifo(path("pipe"), 0o600) == 0)
    // Stays open: the thread below may still be using it when this ends.
    let descriptor = open(path("pipe"), O_RDWR)
    let start = Array("[{\"active\":true},".utf8)
    #expect(Glibc.write(descriptor, start, start.count) == start.count)
    let work = Task { try await filter("pipe") }
    while test.reporter.startedTasks.count < 3 { await Task.yield() }
    work.cancel()
    // The loading waits in the kernel for a chunk, and sees that it is cancelled when it has one.
    let rest = [UInt8](repeating: 0x20, count: 300 << 10)
    Thread.detachNewThread { _ = Glibc.write(descriptor, rest, rest.count) }
    await #expect(throws: CancellationError.self) { try await work.value }
    #expect(outcomes == ["load_data": "cancelled", "filter_data": "cancelled", "save_data": "cancelled"])
    #expect(files == ["pipe"])
  }
}
