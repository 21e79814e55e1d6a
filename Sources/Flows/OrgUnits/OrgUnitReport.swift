import Connectors
public import FlowKit

/// What a look at all org units found.
struct OrgUnitReport: Sendable {
  /// A kind of finding: how many, and the first of them.
  struct Finding: Sendable {
    static let shown = 20
    private(set) var count = 0
    private(set) var examples: [String] = []

    mutating func add(_ example: @autoclosure () -> String) {
      count += 1
      if examples.count < Self.shown { examples.append(example()) }
    }
  }

  let looksAtGeometry: Bool
  private(set) var total = 0
  private(set) var perLevel: [Int: Int] = [:]
  private(set) var missingGeometry = Finding()
  private(set) var invalidGeometry = Finding()
  private(set) var missingCode = Finding()
  private(set) var duplicateCode = Finding()
  private(set) var orphans = Finding()
  private var codes: Set<String> = []

  init(looksAtGeometry: Bool) { self.looksAtGeometry = looksAtGeometry }

  var depth: Int { perLevel.keys.max() ?? 0 }

  /// - Parameter above: the names of what is above the unit, from the top down; nil for what is not there.
  mutating func add(_ unit: OrgUnit, _ geometry: GeometryFacts, above: [String?]) {
    total += 1
    perLevel[unit.level, default: 0] += 1
    if looksAtGeometry {
      if geometry.type == nil, geometry.problem == nil { missingGeometry.add("\(unit.id) \(unit.name)") }
      if let problem = geometry.problem { invalidGeometry.add("\(unit.id) \(unit.name): \(problem)") }
    }
    if let code = unit.code, !code.isEmpty {
      // DHIS2 keeps codes apart by their exact text; people and registers do not.
      if !codes.insert(code.lowercased()).inserted { duplicateCode.add("\(code) (\(unit.id) \(unit.name))") }
    } else {
      missingCode.add("\(unit.id) \(unit.name)")
    }
    if unit.level > 1, above.contains(nil) || unit.parent == nil {
      orphans.add("\(unit.id) \(unit.name)")
    }
  }

  private var findings: [(title: String, key: String, finding: Finding)] {
    let geometry =
      looksAtGeometry
      ? [
        ("Without geometry", "missing_geometry", missingGeometry),
        ("With invalid geometry", "invalid_geometry", invalidGeometry),
      ] : []
    return geometry + [
      ("Without a code", "missing_code", missingCode),
      ("With a code that another one has", "duplicate_code", duplicateCode),
      ("Orphans: below the top, and not all that is above them is there", "orphans", orphans),
    ]
  }

  /// For people.
  func markdown(_ levelNames: [Int: String], files: [Location]) -> String {
    var lines = ["# Org units", "", "\(total) org units on \(perLevel.count) levels, \(depth) deep.", ""]
    lines += ["| Level | Name | Org units |", "|---|---|---|"]
    for (level, count) in perLevel.sorted(by: { $0.key < $1.key }) {
      lines.append("| \(level) | \(levelNames[level] ?? "") | \(count) |")
    }
    lines += ["", "| Finding | Org units |", "|---|---|"]
    lines += findings.map { "| \($0.title) | \($0.finding.count) |" }
    for (title, _, finding) in findings where finding.count > 0 {
      lines += ["", "## \(title)", ""] + finding.examples.map { "- \($0)" }
      if finding.count > finding.examples.count {
        lines.append("- and \(finding.count - finding.examples.count) more")
      }
    }
    if !files.isEmpty { lines += ["", "## Files", ""] + files.map { "- \($0)" } }
    return lines.joined(separator: "\n")
  }

  /// For programs: the counts.
  var json: JSONObject {
    var document: JSONObject = [
      "org_units": .integer(total), "depth": .integer(depth),
      "levels": .object(
        JSONObject(perLevel.sorted { $0.key < $1.key }.map { (key: "\($0.key)", value: .integer($0.value)) })),
    ]
    for (_, key, finding) in findings { document[key] = .integer(finding.count) }
    return document
  }
}

/// What a run of ``DHIS2OrgUnits`` found and wrote, for programs.
public struct DHIS2OrgUnitsResult: JSONRepresentable, Sendable {
  let report: OrgUnitReport
  let files: [Location]

  public var json: JSONValue {
    var document = report.json
    document["files"] = .array(files.map { .string($0.description) })
    return .object(document)
  }
}
