import Connectors
import FlowKit

/// Where the values of a run go: data elements and data set of a DHIS2 server.
struct ERA5Destination {
  let server: DHIS2
  let info: SystemInfo
  let indicators: [ERA5Indicator]
  let units: [OrgUnit]

  /// At most so many decimals go to DHIS2.
  static let decimals = 4

  /// Makes sure that data elements and data set exist, imports what differs from what DHIS2 has, and reads back that
  /// it holds every value. A dry run writes nothing.
  func write(_ values: ERA5Values, dryRun: Bool, _ run: FlowRun) async throws -> ImportReceipt {
    let change = try await run.task("ensure_metadata", retry: .backoff(3)) { task in
      let user = try await server.currentUser()
      try await server.checkMayWrite(dataSet: ERA5Indicator.dataSet.id, user: user)
      let change = try await server.metadataChange(
        dataElements: indicators.map(\.dataElement), dataSet: ERA5Indicator.dataSet, orgUnits: units,
        user: user)
      for line in change.descriptions { task.log.info(dryRun ? "would change: \(line)" : line) }
      if !dryRun { try await server.write(change) }
      return change
    }
    let rows = values.values.compactMap(\.dataValue)
    let existing = dryRun && change.creates ? [:] : try await read(rows, run)
    // Each request is repeated by itself: the task as a whole would send what has arrived once more.
    let receipt = try await run.task("import_values") { task in
      if dryRun && change.creates {
        task.log.info("DHIS2 cannot check values of data elements that do not exist yet")
        return ImportReceipt.unchecked(rows)
      }
      // A data set that was changed just now must not be named to a server before 2.43: it would refuse its periods.
      let namesDataSet = info.importSemantics == .dataEntry || change.isEmpty
      return try await server.importValues(
        rows, dataSet: ERA5Indicator.dataSet.id, existing: existing, semantics: info.importSemantics,
        namesDataSet: namesDataSet, dryRun: dryRun)
    }
    run.log.info(receipt.inWords)
    if !dryRun { try await verify(rows, receipt, run) }
    return receipt
  }

  private func read(_ rows: [DataValue], _ run: FlowRun) async throws -> [DataValue.Key: String] {
    let periods = Set(rows.map(\.key.period)).sorted()
    let roots = Set(units.map(\.root)).sorted()
    return try await run.task("read_values", retry: .backoff(3)) { _ in
      try await server.dataValues(dataSet: ERA5Indicator.dataSet.id, periods: periods, roots: roots)
    }
  }

  /// Holds what DHIS2 now has against what was to be imported.
  private func verify(_ rows: [DataValue], _ receipt: ImportReceipt, _ run: FlowRun) async throws {
    let held = try await read(rows, run)
    let refused = Set(receipt.refusals.map(\.value.key))
    let expected = rows.filter { !refused.contains($0.key) }
    let wrong = expected.filter { row in held[row.key].map { !row.hasValue($0) } ?? true }
    guard let first = wrong.first else {
      run.log.info("read back \(expected.count) of \(expected.count) values from DHIS2: all as imported")
      return
    }
    throw Rejection(
      "DHIS2 took \(expected.count) values and holds \(expected.count - wrong.count) of them; the first that differs is \(first.key.dataElement) of \(first.key.orgUnit) in \(first.key.period): \(first.value) was sent, \(held[first.key] ?? "nothing") is there",
      remedy: "Look at the data element's settings, and at who else writes to it.")
  }
}

extension ERA5Values.Value {
  /// The value in DHIS2's form; nil for what is no number.
  var dataValue: DataValue? {
    guard let text = DataValueFormat.text(number, decimals: ERA5Destination.decimals) else { return nil }
    let key = DataValue.Key(
      dataElement: indicator.dataElement.id, period: month.dhis2Period, orgUnit: unit.id)
    return DataValue(key, value: text)
  }
}
