import Climate
import Connectors
import FlowKit

/// Where the values of a run go: data elements and a data set of a DHIS2 server.
struct ERA5Destination: Sendable {
  let server: DHIS2
  let mapping: ERA5Mapping
  let type: ERA5PeriodType
  let source: ERA5Source
  let indicators: [ERA5Indicator]
  let zones: ERA5Zones
  let calendar: LocalCalendar
  let capabilities: Capabilities
  let dryRun: Bool

  /// At most so many decimals go to DHIS2.
  static let decimals = 4
  /// The remark with values that will be replaced.
  static let preliminaryMark = "preliminary (ERA5-Land-T)"

  /// Makes sure that data elements and data set exist, imports what differs from what DHIS2 has, and reads back that
  /// it holds every value. A dry run writes nothing.
  ///
  /// - Parameter preliminary: months that were imported while they were preliminary.
  /// - Throws: `CancellationError`; every other failure is in the delivery, beside what had arrived by then.
  func write(
    _ values: ERA5Values, preliminary: [CalendarMonth], _ run: FlowRun
  ) async throws -> ERA5Delivery {
    let rows = values.values.compactMap(row).sorted { $0.key < $1.key }
    let ledger = ImportLedger()
    let receipt: ImportReceipt
    do {
      let change = try await ensureMetadata(run)
      receipt = try await importValues(rows, values, change, preliminary, ledger, run)
    } catch {
      try Task.checkCancellation()
      let receipt = ledger.receipt ?? ImportReceipt(isDryRun: dryRun)
      run.log.warning("the import ended early: \(receipt.inWords)")
      return ERA5Delivery(rows: rows.count, receipt: receipt, failure: error)
    }
    run.log.info(receipt.inWords)
    for warning in receipt.warnings { run.log.warning(warning) }
    var delivery = ERA5Delivery(rows: rows.count, receipt: receipt)
    delivery.notHeld = Set(receipt.refusals.map(\.value.key))
    if !dryRun {
      do { try await verify(rows, &delivery, run) } catch {
        try Task.checkCancellation()
        delivery.failure = error
      }
    }
    return delivery
  }

  private func importValues(
    _ rows: [DataValue], _ values: ERA5Values, _ change: MetadataChange?, _ preliminary: [CalendarMonth],
    _ ledger: ImportLedger, _ run: FlowRun
  ) async throws -> ImportReceipt {
    try await run.task("import_values") { task in
      var preflight = try await server.preflight(
        dataSet: mapping.dataSet, units: zones.units, calendar: calendar)
      if dryRun, let change, !change.isEmpty {
        task.log.info(
          "DHIS2 cannot check values before its metadata are changed; they are held against what is known")
        let held =
          change.creates ? [:] : try await server.heldValues(rows.map(\.key), dataSet: mapping.dataSet)
        return ImportReceipt.foreseen(rows, held: held, refusals: refusals(of: values, &preflight))
      }
      for finding in preflight.findings where finding.severity == .warn { task.log.warning(finding.message) }
      var options = ImportOptions(dataSet: mapping.dataSet)
      options.isDryRun = dryRun
      options.mostRefusals = max(rows.count, 1)
      options.resent = try await markedInVain(values, months: Set(preliminary))
      options.ledger = ledger
      options.log = task.log
      // Each request is repeated by itself: the task as a whole would send what has arrived once more.
      return try await server.importValues(rows, options: options, preflight: preflight)
    }
  }

  /// Registers the data set as complete for each org unit and period of which DHIS2 holds a value of every indicator.
  func registerComplete(_ values: ERA5Values, _ delivery: ERA5Delivery, _ run: FlowRun) async throws {
    struct Place: Hashable { let period: String, unit: String }
    let lacking = Set(delivery.notHeld.map { Place(period: $0.period, unit: $0.orgUnit) })
    var counts: [Place: Int] = [:]
    for value in values.values {
      counts[Place(period: value.period.id, unit: value.unit.id), default: 0] += 1
    }
    let complete = counts.filter { $0.value == indicators.count && !lacking.contains($0.key) }.keys
      .sorted { ($0.period, $0.unit) < ($1.period, $1.unit) }
    try await run.task("register_complete") { task in
      let result = try await server.register(
        complete.map {
          CompletenessRegistration(dataSet: mapping.dataSet, period: $0.period, orgUnit: $0.unit)
        })
      task.log.info("registered \(complete.count) org units and periods as complete")
      guard result.refused == 0 else {
        throw Rejection(
          "DHIS2 refused \(result.refused) of \(complete.count) registrations of complete data: \(result.problems.prefix(3).joined(separator: "; "))",
          remedy: "The values themselves were imported.")
      }
    }
  }

  func runAnalytics(_ run: FlowRun) async throws {
    try await run.task("run_analytics") { task in
      var options = AnalyticsOptions()
      options.log = task.log
      let report = try await server.runAnalytics(options)
      task.log.info("the analytics tables were built by job \(report.job)")
    }
  }

  /// Nil where data set and data elements are the user's, which are left as they are.
  private func ensureMetadata(_ run: FlowRun) async throws -> MetadataChange? {
    guard mapping.isOwn else { return nil }
    return try await run.task("ensure_metadata") { task in
      let user = try await server.currentUser()
      try await server.checkMayWrite(dataSet: mapping.dataSet, user: user)
      let change = try await metadataChange(user)
      for line in change.descriptions { task.log.info(dryRun ? "would change: \(line)" : line) }
      if dryRun { try await server.validate(change) } else { try await server.write(change) }
      return change
    }
  }

  /// What this flow's own data elements and data set lack.
  func metadataChange(_ user: CurrentUser) async throws -> MetadataChange {
    try await server.metadataChange(
      dataElements: indicators.map { type.dataElement($0, source) }, dataSet: type.dataSet,
      orgUnits: zones.units, user: user)
  }

  func key(_ indicator: ERA5Indicator, _ period: ERA5Period, _ unit: String) -> DataValue.Key? {
    mapping.dataElements[indicator].map { DataValue.Key(dataElement: $0, period: period.id, orgUnit: unit) }
  }

  /// A value in DHIS2's form; nil for what is no number.
  private func row(_ value: ERA5Values.Value) -> DataValue? {
    guard let text = DataValueFormat.text(value.number, decimals: Self.decimals),
      let key = key(value.indicator, value.period, value.unit.id)
    else { return nil }
    return DataValue(
      key, value: text, comment: value.version == .preliminary ? Self.preliminaryMark : nil)
  }

  /// Values of some months that are final by now, and that DHIS2 holds with the mark of preliminary ones: where the number
  /// is the same, the mark alone has to go.
  private func markedInVain(_ values: ERA5Values, months: Set<CalendarMonth>) async throws -> Set<
    DataValue.Key
  > {
    let final = values.values.filter { $0.version != .preliminary && months.contains($0.period.month) }
    guard !final.isEmpty else { return [] }
    let keys = Set(final.compactMap { key($0.indicator, $0.period, $0.unit.id) })
    let query = DataValueQuery(
      dataSet: mapping.dataSet, periods: Set(keys.map(\.period)).sorted(),
      orgUnits: Set(keys.map(\.orgUnit)).sorted(), below: false)
    var marked: Set<DataValue.Key> = []
    for try await held in server.values(query) where held.comment == Self.preliminaryMark {
      if keys.contains(held.key) { marked.insert(held.key) }
    }
    return marked
  }

  /// Holds what DHIS2 now has against what was to be imported.
  private func verify(_ rows: [DataValue], _ delivery: inout ERA5Delivery, _ run: FlowRun) async throws {
    let expected = rows.filter { [refused = delivery.notHeld] in !refused.contains($0.key) }
    let wrong = try await run.task("verify") { _ in
      try await server.differing(expected, dataSet: mapping.dataSet)
    }
    delivery.notHeld.formUnion(wrong.map(\.key))
    guard let first = wrong.first, wrong.count > delivery.receipt.zeroDropped else {
      run.log.info(
        "read back \(expected.count - wrong.count) of \(expected.count) values from DHIS2: all as imported")
      return
    }
    delivery.failure = Rejection(
      "DHIS2 took \(expected.count) values and holds \(expected.count - wrong.count) of them; the first that differs is \(first.key.dataElement) of \(first.key.orgUnit) in \(first.key.period), where \(first.value) was sent",
      remedy: "Look at the data element's settings, and at who else writes to it.")
  }
}

/// What came of the values of a run.
struct ERA5Delivery: Sendable {
  /// How many values there were to import.
  let rows: Int
  let receipt: ImportReceipt
  /// What DHIS2 does not hold of them: refused values, and zeros that it dropped.
  var notHeld: Set<DataValue.Key> = []
  /// What the run ends with, where the import ended early, or DHIS2 does not hold what it said it took.
  var failure: (any Error)?
}
