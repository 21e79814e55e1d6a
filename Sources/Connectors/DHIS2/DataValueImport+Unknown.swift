import Essentials

/// What is done where nobody knows what became of a request: what DHIS2 holds decides.
extension DataValueImport {
  /// Waits until the server should be done with rows, counts those that DHIS2 turns out to have taken, and gives the
  /// others. They may be sent again then: two imports of the same keys at once can block each other.
  mutating func settled(
    _ rows: [Row], _ problem: String, _ silence: DataValueRequest.Silence, attempt: Int
  ) async throws -> [Row] {
    let soon = Backoff().delay(afterAttempt: attempt)
    // A dry run writes nothing, so that it blocks nobody and leaves nothing to find.
    if options.isDryRun {
      let wait = silence == .atWork ? options.settlingTime : soon
      options.log.info("\(problem); asking again in \(wait.inWords)")
      try await server.clock.sleep(for: wait)
      return rows
    }
    do {
      var left = rows
      // Where the answer alone was lost, there is nothing to wait for.
      if silence != .atWork { left = try await taken(from: left, problem, after: soon) }
      if !left.isEmpty, silence == .atWork || silence == .lost {
        left = try await taken(from: left, problem, after: options.settlingTime)
      }
      return left
    } catch let failure as any Failure {
      throw Self.unknown(rows.count, "\(problem); \(failure.message)", silence)
    }
  }

  private mutating func taken(
    from rows: [Row], _ problem: String, after wait: Duration
  ) async throws -> [Row] {
    options.log.info("\(problem); reading back what DHIS2 holds in \(wait.inWords)")
    try await server.clock.sleep(for: wait)
    return try await unsettled(rows)
  }

  static func unknown(
    _ count: Int, _ problem: String, _ silence: DataValueRequest.Silence
  ) -> DHIS2Failure {
    DHIS2Failure(
      .transient, "\(problem); what became of \(count) values is not known",
      remedy:
        "Run again\(silence == .goesOn ? " when the job has ended" : ""): values that are there already are not sent twice."
    )
  }

  /// Counts the rows that DHIS2 turns out to have taken, and gives the others.
  mutating func unsettled(_ rows: [Row]) async throws -> [Row] {
    // A dry run leaves nothing to find.
    guard !options.isDryRun else { return rows }
    let held = try await server.heldRows(rows.map(\.value.key), dataSet: options.dataSet)
    var left: [Row] = []
    for row in rows {
      if isDone(row.value, held[row.value.key]) { countTaken(row) } else { left.append(row) }
    }
    options.log.info(
      "DHIS2 holds \(rows.count - left.count) of \(rows.count) values; \(left.count) are left")
    return left
  }

  /// Whether DHIS2 holds what was sent. Of a value that is sent for its comment, which it may have had before, the
  /// comment says so.
  private func isDone(_ value: DataValue, _ held: DataValueSet.Row?) -> Bool {
    guard options.strategy != .delete else { return held == nil }
    guard let held, let text = held.value, hasValue(value, text) else { return false }
    return !options.resent.contains(value.key) || (held.comment ?? "") == (value.comment ?? "")
  }
}
