import Climate
import Connectors
public import FlowKit

/// Imports ERA5-Land climate into DHIS2: the mean over each org unit's area, month by month.
///
/// A value is imported as it follows from the data set: area-weighted over the exact border, never over whole cells.
/// What cannot be imported (no border, no data, refused by DHIS2) is listed, and the run then does not end as
/// completed; what could be imported is in DHIS2 by then.
public struct ERA5ClimateImport: Flow {
  public static let name = "dhis2_era5_climate_import"
  public static let summary =
    "Imports monthly ERA5-Land climate into DHIS2, averaged over the borders of org units."

  @Parameter("Level of the DHIS2 org units to import for", .range(1...10))
  var orgUnitLevel = 2
  @Parameter("First month, YYYY-MM; none means the last one published")
  var from: CalendarMonth? = nil
  @Parameter("Last month, YYYY-MM; none means the last one published")
  var to: CalendarMonth? = nil
  @Parameter("What to import", .atLeast(1), .unique)
  var indicators = ERA5Indicator.allCases
  @Parameter("Block with the DHIS2 server and its credentials")
  var dhis2: BlockReference<DHIS2Credentials> = "dhis2"
  @Parameter("Block with the Climate Data Store's address and key")
  var cds: BlockReference<CDSCredentials> = "cds"
  @Parameter("Check everything and write nothing")
  var dryRun = false

  public init() {}

  public func run(_ run: FlowRun) async throws -> ERA5ImportResult {
    let server = DHIS2(try await run.load(dhis2), http: run.http)
    let store = CDS(try await run.load(cds), http: run.http)
    let months = try await ERA5Months(from: from, to: to, store: store, run: run).resolve(for: indicators)

    let (info, units) = try await run.task("read_org_units", retry: .backoff(3)) { task in
      let info = try await server.checkedSystemInfo()
      let units = try await server.orgUnits(level: orgUnitLevel)
      task.log.info(
        "\(units.count) org units of level \(orgUnitLevel) read from DHIS2 \(info.version) at \(server.baseURL)"
      )
      return (info, units)
    }
    let zones = try ERA5Zones(units, level: orgUnitLevel)
    let files = try await ERA5Download(zones: zones, indicators: indicators, months: months).fetch(
      from: store, run)
    let values = try await run.task("zonal_statistics") { task in
      try ERA5Values(
        files: files, zones: zones, indicators: indicators, months: months, cacheFolder: run.cacheFolder,
        log: task.log)
    }
    let destination = ERA5Destination(server: server, info: info, indicators: indicators, units: zones.units)
    let receipt = try await destination.write(values, dryRun: dryRun, run)
    let result = ERA5ImportResult(months: months, units: units.count, values: values, receipt: receipt)
    try ERA5Report(result: result, values: values, receipt: receipt).write(to: run)
    // From here on a killed run has nothing to go on with; a later one wants what is published then.
    try await CDSRetrieval(store, run: run, log: run.log).release(files.map(\.file))
    try result.verdict(values, receipt)
    return result
  }
}

extension DHIS2 {
  /// The system information of a server whose period ids mean what this flow takes them for.
  fileprivate func checkedSystemInfo() async throws -> SystemInfo {
    let info = try await systemInfo()
    guard info.hasGregorianPeriods else {
      throw Misconfiguration(
        "\(baseURL) counts periods in the \(info.calendar) calendar; months of the Gregorian calendar would be stored decades away",
        remedy: "This flow imports into servers with the calendar iso8601 or gregorian.")
    }
    return info
  }
}
