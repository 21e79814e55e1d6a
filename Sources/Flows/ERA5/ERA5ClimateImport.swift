import Climate
import Connectors
public import FlowKit

/// Imports ERA5-Land climate into DHIS2: the mean over each org unit's area, period by period.
///
/// A value is imported as it follows from the data set: area-weighted over the exact border, never over whole cells.
/// What DHIS2 refused, and what the store did not deliver, is listed, and the run then does not end as completed; what
/// could be imported is in DHIS2 by then. Org units without a usable border, or far from any cell with data, can never
/// have a value: they are listed too, and do not fail the run.
public struct ERA5ClimateImport: Flow {
  public static let name = "dhis2_era5_climate_import"
  public static let summary =
    "Imports ERA5-Land climate into DHIS2, averaged over the borders of org units."
  /// The store's queue does not count; many years of hourly data do.
  public static let timeout: Duration = .seconds(24 * 3600)

  @Parameter("Level of the DHIS2 org units to import for", .range(1...10))
  var orgUnitLevel = 2
  @Parameter("Ids of the org units to import for, in place of a level", .atLeast(1), .unique)
  var orgUnits: [String]? = nil
  @Parameter("Id of an org unit group to import for, in place of a level", .uid)
  var orgUnitGroup: String? = nil
  @Parameter("First month, YYYY-MM; none means the last one published")
  var from: CalendarMonth? = nil
  @Parameter("Last month, YYYY-MM; none means the last one published")
  var to: CalendarMonth? = nil
  @Parameter(
    "Import only months for which DHIS2 lacks a value; without from, those since the last that it has any of")
  var onlyMissing = false
  @Parameter("What to import", .atLeast(1), .unique)
  var indicators = ERA5Indicator.allCases
  @Parameter("How long the periods are")
  var periodType = ERA5PeriodType.monthly
  @Parameter("monthly_means (one request for many years) or hourly (exact); none means what the periods need")
  var source: ERA5Source? = nil
  @Parameter("Whose days: UTC, an offset from it as +03:00, or a zone as Africa/Nairobi; needs hourly data")
  var timeZone = "UTC"
  @Parameter("Id of your own data set, in place of this flow's")
  var dataSet: String? = nil
  @Parameter("Ids of your own data elements, in place of this flow's")
  var dataElements: ERA5DataElements? = nil
  @Parameter("On a server with the Ethiopian or Nepali calendar, import its periods; needs hourly data")
  var localCalendar = false
  @Parameter("Register the data set as complete for org units that have all values")
  var registerComplete = false
  @Parameter("Run the analytics tables afterwards, so that charts show the values")
  var runAnalytics = false
  @Parameter("Where to write the values as CHAP reads them, CSV: a path or s3://bucket/key")
  var chapCsv: Location? = nil
  @Parameter("Block with the DHIS2 server and its credentials")
  var dhis2: BlockReference<DHIS2Credentials> = "dhis2"
  @Parameter("Block with the Climate Data Store's address and key")
  var cds: BlockReference<CDSCredentials> = "cds"
  @Parameter("Check everything and write nothing")
  var dryRun = false

  public init() {}

  public func run(_ run: FlowRun) async throws -> ERA5ImportResult {
    let (source, zone) = try ERA5Plan.product(
      periodType, source: source, timeZone: timeZone, localCalendar: localCalendar)
    let mapping = try ERA5Mapping(
      periodType, source, indicators: indicators, dataSet: dataSet, dataElements: dataElements)
    let server = DHIS2(try await run.load(dhis2), http: run.http, clock: run.clock)
    let store = CDS(try await run.load(cds), http: run.http)
    let preliminary = ERA5Preliminary(
      dataSet: mapping.dataSet, selection: selectionKey, indicators: indicators)
    let known = try await preliminary.months(run)
    let looksBack = onlyMissing && from == nil
    let months = try await ERA5Months(
      from: from, to: to, looksBack: looksBack, source: source, store: store, run: run
    ).resolve(preliminary: known)
    let offset = try zone.offset(of: months)
    let (info, calendar, units) = try await readOrgUnits(server, run)
    let zones = try ERA5Zones(units, selection: selection)
    let withoutData = ERA5WithoutData(zones: zones, selection: selectionKey)
    let destination = ERA5Destination(
      server: server, mapping: mapping, type: periodType, source: source, indicators: indicators,
      zones: zones, calendar: calendar, capabilities: info.capabilities, dryRun: dryRun)
    var plan = ERA5Plan(
      type: periodType, source: source, offset: offset, indicators: indicators, months: months,
      calendar: calendar)
    let asked = plan.months
    if onlyMissing {
      let missing = try await destination.incompleteMonths(
        of: plan, preliminary: known, withoutData: try await withoutData.units(run),
        sinceTheLastHeld: looksBack, run)
      plan = plan.restricted(to: missing, calendar)
    }
    let chap = dryRun ? nil : chapCsv.map { ERA5Chap(location: $0, indicators: indicators) }
    try await chap?.checkPlace(run)
    let obstacle = try await obstacle(plan, destination, run)

    let download = ERA5Download(store: store, run: run)
    let files = try await download.fetch(plan.requests(zones, upTo: try await download.lastYear(of: plan)))
    let values = try await run.task("zonal_statistics") { [plan] task in
      let values = try plan.values(
        zones, for: info.capabilities, from: files, now: run.clock.now(), cacheFolder: run.cacheFolder,
        log: task.log)
      for line in values.summaries() { task.log.info(line) }
      return values
    }
    if let obstacle {
      try await chap?.write(values, months: plan.months, of: asked, run)
      throw obstacle
    }
    let delivery = try await destination.write(values, preliminary: known, run)
    // Before anything that can fail: values that have arrived are to be replaced.
    if !dryRun { try await preliminary.keep(plan, values, delivery, run) }
    let receipt = delivery.receipt
    let result = ERA5ImportResult(plan: plan, units: units.count, values: values, receipt: receipt)
    try ERA5Report(
      result: result, plan: plan, mapping: mapping, zones: zones, values: values, delivery: delivery,
      files: files, server: "DHIS2 \(info.version) at \(server.baseURL)"
    ).write(to: run)
    try await chap?.write(values, months: plan.months, of: asked, run)
    if let failure = delivery.failure { throw failure }
    if !dryRun {
      try await withoutData.keep(values, run)
      if registerComplete { try await destination.registerComplete(values, delivery, run) }
      // Without new values too: an earlier run may have been killed before it.
      if runAnalytics { try await destination.runAnalytics(run) }
    }
    // From here on a killed run has nothing to go on with; a later one wants what is published then.
    try await download.release(files)
    try result.verdict(values, receipt)
    return result
  }

  /// What stands against an import of which nothing was asked of the store yet. It ends the run, unless the values are to
  /// go into a file as well.
  private func obstacle(
    _ plan: ERA5Plan, _ destination: ERA5Destination, _ run: FlowRun
  ) async throws -> (any Failure)? {
    guard !plan.periods.isEmpty else { return nil }
    do { try await destination.checkBeforehand(plan.periods, run) } catch let failure as any Failure {
      guard let chapCsv, !dryRun, failure.kind != .transient else { throw failure }
      run.log.warning("\(failure.message). The values are made for \(chapCsv) alone")
      return failure
    }
    return nil
  }

  /// How the org units are chosen, in words.
  private var selection: String {
    if let orgUnits { return "the \(orgUnits.count) ids given" }
    return orgUnitGroup.map { "group \($0)" } ?? "level \(orgUnitLevel)"
  }

  /// The same for the same choice of org units, and for no other.
  private var selectionKey: String {
    orgUnits.map { "units \(SHA256.hexadecimal(Array($0.sorted().joined(separator: ",").utf8)))" }
      ?? selection
  }

  private func readOrgUnits(
    _ server: DHIS2, _ run: FlowRun
  ) async throws -> (info: SystemInfo, calendar: LocalCalendar, units: [OrgUnit]) {
    var query = OrgUnitQuery(withGeometry: true)
    if let orgUnits {
      query.ids = orgUnits
    } else if let orgUnitGroup {
      query.groups = [orgUnitGroup]
    } else {
      query.levels = [orgUnitLevel]
    }
    // Each request is repeated by itself: a long list does not begin anew for one of its pages.
    return try await run.task("read_org_units") { [query] task in
      let info = try await server.systemInfo()
      let calendar = try calendar(of: info, server)
      var units: [OrgUnit] = []
      for try await unit in server.orgUnits(query) { units.append(unit) }
      let missing = Set(orgUnits ?? []).subtracting(units.map(\.id)).sorted()
      guard missing.isEmpty else {
        throw Misconfiguration(
          "org_units names \(missing.count) that DHIS2 at \(server.baseURL) does not have, or the user may not see: \(missing.prefix(10).joined(separator: ", "))",
          remedy: "Take them out, or give the user the org units.")
      }
      task.log.info(
        "\(units.count) org units of \(selection) read from DHIS2 \(info.version) at \(server.baseURL)")
      return (info, calendar, units)
    }
  }

  /// The calendar of the period ids: that of the server only where it was asked for, as a month of another calendar
  /// under a Gregorian id would be stored decades away.
  private func calendar(of info: SystemInfo, _ server: DHIS2) throws -> LocalCalendar {
    let known = LocalCalendar(dhis2: info.calendar)
    switch (known, localCalendar) {
    case (.gregorian?, _): return .gregorian
    case (let known?, true) where periodType == .monthly: return known
    case (_?, true):
      throw Misconfiguration(
        "\(periodType.rawValue) periods of the \(info.calendar) calendar are not imported, only its months",
        remedy: "Leave period_type at monthly.")
    case (nil, true):
      throw Misconfiguration(
        "\(server.baseURL) counts periods in the \(info.calendar) calendar, which this program cannot count in",
        remedy: "Servers with the calendars iso8601, gregorian, ethiopian and nepali can be imported into.")
    case (_, false):
      throw Misconfiguration(
        "\(server.baseURL) counts periods in the \(info.calendar) calendar; months of the Gregorian calendar would be stored decades away",
        remedy: known == nil
          ? "This flow imports into servers with the calendar iso8601, gregorian, ethiopian or nepali."
          : "Give --local-calendar to import the months of that calendar, from hourly data.")
    }
  }
}
