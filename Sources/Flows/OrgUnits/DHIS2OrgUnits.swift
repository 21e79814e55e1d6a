import Climate
import Connectors
public import FlowKit

/// Reads the org units of DHIS2 into files, and reports what is wrong with them.
///
/// Units pass through page by page: a tree of any size takes the memory of one page, and of the ids and codes that tell
/// doubles.
public struct DHIS2OrgUnits: Flow {
  public static let name = "dhis2_org_units"
  public static let summary = "Reads the org units of DHIS2 into files, and reports what is wrong with them."

  @Parameter("Folder to write to, a path or s3://bucket/folder; none writes no files, only the report")
  var outputDir: Location? = nil
  @Parameter("Files to write: org_units.csv, org_units.json, org_units.geojson", .atLeast(1), .unique)
  var formats = [OrgUnitFormat.csv]
  @Parameter("Only org units of this level", .range(1...20))
  var level: Int? = nil
  @Parameter("Only the org unit of this id, and what lies below it", .uid)
  var root: String? = nil
  @Parameter("Only org units in one of the groups of these ids", .unique)
  var groups: [String] = []
  @Parameter(
    "Only org units that were changed since this day, YYYY-MM-DD; moved and deleted ones do not show")
  var changedSince: CalendarDate? = nil
  @Parameter("Read borders and places, and look for what is wrong with them")
  var geometry = true
  @Parameter("Block with the DHIS2 server and its credentials")
  var dhis2: BlockReference<DHIS2Credentials> = "dhis2"

  public init() {}

  public func run(_ run: FlowRun) async throws -> DHIS2OrgUnitsResult {
    guard geometry || !formats.contains(.geojson) || outputDir == nil else {
      throw Misconfiguration(
        "formats has geojson, and geometry is off", remedy: "Leave geometry on, or leave geojson out.")
    }
    let server = DHIS2(try await run.load(dhis2), http: run.http, clock: run.clock)
    let (depth, levelNames) = try await run.task("read_levels") { task in
      let info = try await server.systemInfo()
      let deepest = try await server.deepestLevel()
      try await check(server, deepest: deepest)
      var names: [Int: String] = [:]
      do { names = try await server.orgUnitLevels() } catch let failure as any Failure
        where failure.kind != .transient
      {
        task.log.warning("the levels have no names in the report: \(failure.message)")
      }
      let depth = max(deepest, names.keys.max() ?? 0)
      task.log.info("the tree at \(server.baseURL), DHIS2 \(info.version), has \(depth) levels")
      return (depth, names)
    }
    // One task: what has been written cannot be taken back, so the reading within retries page by page.
    let (report, files) = try await run.task("export_org_units") { task in
      let export = try await OrgUnitExport(run, folder: outputDir, formats: formats, depth: depth)
      do {
        let report = try await read(server, into: export, task)
        return (report, try await export.finish())
      } catch {
        await export.abandon()
        throw error
      }
    }
    for file in files { run.log.info("written: \(file)") }
    try run.artifact("dhis2-org-units-report", .markdown(report.markdown(levelNames, files: files)))
    return DHIS2OrgUnitsResult(report: report, files: files)
  }

  private func read(_ server: DHIS2, into export: OrgUnitExport, _ task: TaskRun) async throws
    -> OrgUnitReport
  {
    var query = OrgUnitQuery(levels: level.map { [$0] } ?? [], withGeometry: geometry)
    query.groups = groups
    query.below = root
    query.changedSince = changedSince.map { "\($0)T00:00:00.000" }
    query.withDetails = true
    var report = OrgUnitReport(looksAtGeometry: geometry)
    var hierarchy = OrgUnitHierarchy(server)
    for try await unit in server.orgUnits(query) {
      let geometry = GeometryFacts(unit.geometry)
      let above = try await hierarchy.names(above: unit)
      report.add(unit, geometry, above: above)
      try await export.write(unit, above: above, geometryType: geometry.type)
      if report.total.isMultiple(of: 10_000) { task.log.info("\(report.total) org units read") }
    }
    task.log.info("\(report.total) org units read from \(server.baseURL)")
    // Nothing may have changed; but else an empty file in place of a good one is no result.
    guard report.total > 0 || changedSince != nil else {
      throw Misconfiguration(
        "DHIS2 at \(server.baseURL) has none of \(query.inWords), or the user may not see them",
        remedy: "Choose others by level, root or groups, or give the user the org units.")
    }
    return report
  }

  /// Refuses a choice of what is not there, before any file is touched.
  private func check(_ server: DHIS2, deepest: Int) async throws {
    var highest = 1
    if let root { highest = try await server.level(ofOrgUnit: root) }
    if let level, level > deepest, deepest > 0 {
      throw Misconfiguration(
        "level is \(level), and the deepest org unit that the user may see in DHIS2 at \(server.baseURL) is on level \(deepest)",
        remedy: "Choose a level from \(highest) to \(max(deepest, highest)).")
    }
    if let level, let root, level < highest {
      throw Misconfiguration(
        "level is \(level), and root \(root) is on level \(highest): none of that level lies below it",
        remedy: "Choose a level from \(highest) to \(max(deepest, highest)), or another root.")
    }
    try await server.checkGroups(groups)
  }
}

/// What a geometry is, and whether something is wrong with it.
struct GeometryFacts {
  /// GeoJSON's name for it; nil where there is none.
  let type: String?
  /// Why it is invalid; nil where it is not, or is not there.
  let problem: String?

  init(_ geometry: [UInt8]?) {
    guard let geometry else {
      type = nil
      problem = nil
      return
    }
    type = (try? JSONValue(parsing: geometry))?["type"]?.string
    do {
      let shape = try Shape(geoJSON: geometry)
      switch shape {
      case .refused(let reason): problem = reason
      default: problem = shape.isSimple ? nil : "it crosses or touches itself"
      }
    } catch {
      problem = "it is no GeoJSON: \(error)"
    }
  }
}
