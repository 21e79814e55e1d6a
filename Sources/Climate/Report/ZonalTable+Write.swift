internal import Synchronization

extension ZonalTable {
  /// Works out the means of a field and writes their rows, without the header: step by step, the zones of each in their
  /// order.
  ///
  /// A thread takes eight steps, works out their values, and puts them into text while they are still in its cache; the
  /// texts are written in the order of the steps. Each thread uses its room again and again: new memory costs more than
  /// what is done in it.
  /// - Parameter firstStep: the number of the field's first step.
  /// - Returns: how many values have each status.
  package func write(
    _ field: Field, firstStep: Int = 0, options: ZonalOptions, to sink: ByteSink
  ) throws -> [ZonalStatus: Int] {
    try weights.check(field)
    let steps = max(field.times.count, 1)
    let turns = Turns()
    let counts = Mutex<[ZonalStatus: Int]>([:])
    Parallel.forEachBatch(
      (steps + 7) / 8, threads: options.threads ?? Parallel.processors, batch: 1,
      tool: { TableTool(zones: weights.ids.count, rowLength: rowLength) }
    ) { tool, groups in
      for group in groups {
        let times = group * 8..<min(group * 8 + 8, steps)
        if turns.hasFailed {
          turns.take(group) {}
          continue
        }
        field.withPlanes(times, scratch: &tool.scratch) {
          weights.reduce($0, 0..<times.count, options, &tool.candidates, tool.output)
        }
        let end = times.reduce(tool.text.baseAddress!) { target, time in
          let title = middle(number: firstStep + time, time: field.times.isEmpty ? nil : field.times[time])
          return appendRows(of: time - times.lowerBound, title, tool.output, to: target)
        }
        turns.take(group) {
          try sink(UnsafeRawBufferPointer(start: tool.text.baseAddress, count: end - tool.text.baseAddress!))
        }
        let some = ZonalStatus.counts(
          UnsafeBufferPointer(tool.output.statuses.elements)[..<(times.count * weights.ids.count)])
        counts.withLock { $0.merge(some, uniquingKeysWith: +) }
      }
    }
    try turns.finish()
    return counts.withLock { $0 }
  }
}

/// What one thread uses again from eight steps to eight steps.
private final class TableTool {
  var scratch = PlaneScratch()
  var candidates: [Int: [Int32]] = [:]
  let output: ZonalOutput
  let text: UnsafeMutableBufferPointer<UInt8>

  init(zones: Int, rowLength: Int) {
    output = ZonalOutput(capacity: zones * 8)
    text = .allocate(capacity: max(zones * 8 * rowLength, 1))
  }

  deinit {
    output.deallocate()
    text.deallocate()
  }
}
