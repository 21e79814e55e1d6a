import Essentials
import JSON

extension DHIS2 {
  /// Imports values into a data set: checks each before anything is sent, compares with what DHIS2 holds, sends what
  /// differs in chunks, and finds out what became of every value.
  ///
  /// The values may be any number: some ten thousand are in memory at a time. Values that come in the order of their
  /// periods cost the fewest requests. A key is to come once: of two values with one key among the same
  /// ten thousand the first is taken and the second refused as a duplicate; one that comes later is an update.
  ///
  /// - Parameters:
  ///   - preflight: what ``preflight(dataSet:units:calendar:)`` read; nil to have it read now.
  /// - Throws: ``DHIS2Failure`` where the import as a whole is refused, or the server does not answer as it should after
  ///   several attempts; `HTTPFailure`; `CancellationError`; what the sequence throws. Refused values are in the
  ///   receipt. What was written by then stays: a second run does not send it again.
  public func importValues<Values: AsyncSequence>(
    _ values: Values, options: ImportOptions, preflight: Preflight? = nil
  ) async throws -> ImportReceipt where Values.Element == DataValue {
    let run = try await prepared(options, preflight)
    return try await Self.run(run) { run, flight, packs, read in
      var values = values.makeAsyncIterator()
      while let value = try await values.next() {
        if run.add(value) { try await run.compare(&flight, &packs, &read) }
      }
    }
  }

  /// As ``importValues(_:options:preflight:)`` for a sequence that waits for nobody.
  public func importValues(
    _ values: some Sequence<DataValue> & Sendable, options: ImportOptions, preflight: Preflight? = nil
  ) async throws -> ImportReceipt {
    let run = try await prepared(options, preflight)
    return try await Self.run(run) { run, flight, packs, read in
      for value in values where run.add(value) { try await run.compare(&flight, &packs, &read) }
    }
  }

  private func prepared(_ options: ImportOptions, _ given: Preflight?) async throws -> DataValueImport {
    let preflight: Preflight
    if let given { preflight = given } else { preflight = try await self.preflight(dataSet: options.dataSet) }
    guard preflight.dataSetID == options.dataSet else {
      throw Fault(
        "values for data set \(options.dataSet) were checked against data set \(preflight.dataSetID)")
    }
    try preflight.check(server: baseURL)
    return DataValueImport(
      server: self, options: options, capabilities: preflight.info.capabilities, preflight: preflight,
      defaultOptionCombo: preflight.defaultCombo.optionCombo)
  }

  private static func run(
    _ prepared: DataValueImport,
    _ work: (
      inout DataValueImport, inout DataValueImport.Flight, inout DataValueImport.Packing,
      inout DataValueImport.Reading
    ) async throws -> Void
  ) async throws -> ImportReceipt {
    try await withThrowingTaskGroup(of: DataValueRequest.Answered.self) { flight in
      var run = prepared
      do {
        try await withThrowingTaskGroup(of: [UInt8].self) { packs in
          try await withThrowingTaskGroup(of: [String?].self) { read in
            try await work(&run, &flight, &packs, &read)
            try await run.finish(&flight, &packs, &read)
          }
        }
      } catch {
        // What went wrong elsewhere does not tear off a request that is on its way: the server would go on with it.
        do { try await run.land(&flight) } catch let other {
          prepared.options.log.info("also: \(other)")
        }
        prepared.options.ledger?.keep(run.receipt)
        throw error
      }
      return run.receipt
    }
  }
}

extension Collection {
  /// The collection in pieces of the given size; the last may be shorter.
  func chunked(_ size: Int) -> [SubSequence] {
    var chunks: [SubSequence] = []
    var rest = self[...]
    while !rest.isEmpty {
      chunks.append(rest.prefix(size))
      rest = rest.dropFirst(size)
    }
    return chunks
  }
}
