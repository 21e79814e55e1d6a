import Essentials
import JSON

extension DHIS2 {
  /// Org units as an asynchronous sequence, one page in memory at a time.
  public func orgUnits(_ query: OrgUnitQuery) -> OrgUnitSequence {
    OrgUnitSequence(server: self, query: query)
  }

  /// All org units of a level, in the order of ids, with their geometry.
  public func orgUnits(level: Int, pageSize: Int = 200) async throws -> [OrgUnit] {
    var query = OrgUnitQuery(levels: [level], withGeometry: true)
    query.pageSize = pageSize
    var units: [OrgUnit] = []
    for try await unit in orgUnits(query) { units.append(unit) }
    return units
  }

  /// The number of the deepest level that has an org unit; 0 where there is none.
  public func deepestLevel() async throws -> Int {
    let answer = try await value(
      "organisationUnits",
      [("fields", "level"), ("order", "level:desc"), ("page", "1"), ("pageSize", "1")],
      operation: "reading the deepest org unit")
    return answer["organisationUnits"]?[0]?["level"]?.integer ?? 0
  }

  /// The names of the levels of the tree, by number.
  public func orgUnitLevels() async throws -> [Int: String] {
    let answer = try await value(
      "organisationUnitLevels", [("fields", "level,name"), ("paging", "false")],
      operation: "reading the levels of org units")
    return OrgUnitLevels.names(answer)
  }
}

enum OrgUnitLevels {
  /// Reads the answer of `/api/organisationUnitLevels`.
  static func names(_ answer: JSONValue) -> [Int: String] {
    var names: [Int: String] = [:]
    for level in answer["organisationUnitLevels"]?.array ?? [] {
      guard let number = level["level"]?.integer, let name = (level["name"] ?? level["displayName"])?.string
      else { continue }
      names[number] = name
    }
    return names
  }
}

/// Org units by their codes, for joining with other registers: names are not unique in DHIS2, and codes are missing
/// where nobody gave them.
public struct OrgUnitCodes: Sendable {
  /// The id of the only unit with each code.
  public private(set) var ids: [String: String] = [:]
  /// Codes that several units have, with their ids. DHIS2 keeps codes unique; files need not.
  public private(set) var doubled: [String: [String]] = [:]
  /// The ids of units without a code.
  public private(set) var missing: [String] = []

  public init(_ units: some Sequence<OrgUnit>) {
    for unit in units {
      guard let code = unit.code, !code.isEmpty else {
        missing.append(unit.id)
        continue
      }
      if doubled[code] != nil {
        doubled[code]?.append(unit.id)
      } else if let first = ids.removeValue(forKey: code) {
        doubled[code] = [first, unit.id]
      } else {
        ids[code] = unit.id
      }
    }
  }
}
