import Connectors
public import FlowKit

/// Keeps the items of a JSON file whose field is true.
///
/// Loading, filtering and saving are three tasks that run at the same time and hand chunks to each other, so that a
/// file of any size passes through a few megabytes of memory.
public struct JSONFilter: Flow {
  public static let name = "json_filter"
  public static let summary = "Keeps the items of a JSON file whose field is true."

  @Parameter("JSON to read, an array or one item a line: a path or s3://bucket/key, gzip if it ends in .gz")
  var dataPath: Location
  @Parameter("Where to write what is kept: a path or s3://bucket/key, gzip if it ends in .gz")
  var outputPath: Location
  @Parameter(
    "Field of the items that decides: false, null, 0, \"\", [], {} or none drops the item", .notEmpty)
  var field = "active"

  public init() {}

  public func run(_ run: FlowRun) async throws -> JSONFilterResult {
    let loaded = ByteChannel(capacity: 2)
    let kept = ByteChannel(capacity: 2)
    let counts = try await withThrowingTaskGroup(of: JSONFilterCounts.self) { group in
      group.addTask { try await run.task("load_data") { try await load(into: loaded, run, $0) } }
      group.addTask { try await run.task("filter_data") { try await filter(loaded, into: kept, $0) } }
      group.addTask { try await run.task("save_data") { try await save(kept, run, $0) } }
      var counts = JSONFilterCounts()
      // The first failure leaves the group and so cancels the other two tasks.
      while let part = try await group.next() { counts.add(part) }
      return counts
    }
    let result = JSONFilterResult(counts, output: outputPath)
    try run.artifact("json-filter-summary", .table([summary(of: counts)]))
    return result
  }

  private func load(
    into loaded: ByteChannel, _ run: FlowRun, _ task: TaskRun
  ) async throws -> JSONFilterCounts {
    // Of a packed file nobody knows how much it will be.
    let size = dataPath.isGzip ? nil : try await run.storage.size(of: dataPath)
    var reader = try await run.reader(of: dataPath)
    var counts = JSONFilterCounts()
    var percent = 0
    while let chunk = try await reader.next() {
      counts.bytesRead += chunk.count
      try await loaded.send(chunk)
      if let size, size > 0, counts.bytesRead * 100 / size > percent {
        percent = counts.bytesRead * 100 / size
        run.progress("load_data", Double(percent) / 100)
      }
    }
    loaded.finish()
    task.log.info("read \(counts.bytesRead) bytes of JSON from \(dataPath)")
    return counts
  }

  private func filter(
    _ loaded: ByteChannel, into kept: ByteChannel, _ task: TaskRun
  ) async throws -> JSONFilterCounts {
    var filter = JSONItemFilter(field: field)
    var output: [UInt8] = []
    do {
      while let chunk = try await loaded.next() {
        let isFirst = filter.layout == nil
        try filter.push(chunk, into: &output)
        // The first piece goes at once: so it shows early whether the output can be written at all.
        guard isFirst || output.count >= Self.piece else { continue }
        try await kept.send(output)
        output = []
        output.reserveCapacity(2 * Self.piece)
      }
      try filter.finish(into: &output)
    } catch let error as any Failure {
      throw UnfilteredFile(location: dataPath, cause: error)
    }
    try await kept.send(output)
    kept.finish()
    let layout = filter.layout == .array ? "an array" : "one item a line"
    task.log.info("kept \(filter.itemsKept) of \(filter.itemsRead) items (\(layout)) by \"\(field)\"")
    return JSONFilterCounts(items: filter.itemsRead, kept: filter.itemsKept)
  }

  private func save(
    _ kept: ByteChannel, _ run: FlowRun, _ task: TaskRun
  ) async throws -> JSONFilterCounts {
    guard var chunk = try await kept.next() else { return JSONFilterCounts() }
    let writer = try await run.writer(to: outputPath)
    do {
      while true {
        try await writer.write(chunk)
        guard let next = try await kept.next() else { break }
        chunk = next
      }
      try await writer.finish()
    } catch {
      await writer.abandon()
      throw error
    }
    task.log.info("wrote \(writer.byteCount) bytes of JSON to \(outputPath)")
    return JSONFilterCounts(bytesWritten: writer.byteCount)
  }

  private func summary(of counts: JSONFilterCounts) -> JSONObject {
    [
      "input": .string(dataPath.description), "output": .string(outputPath.description),
      "field": .string(field), "items": .integer(counts.items), "kept": .integer(counts.kept),
      "bytes_read": .integer(counts.bytesRead), "bytes_written": .integer(counts.bytesWritten),
    ]
  }

  /// What is handed on for writing at a time, at least.
  private static let piece = 128 << 10
}

/// A file whose content cannot be filtered: broken JSON, or items that are no objects.
struct UnfilteredFile: Failure {
  let location: Location
  let cause: any Failure

  var kind: FailureKind { cause.kind }
  var message: String { "filtering \(location): \(cause.message)" }
  var remedy: String? { cause.remedy }
}
