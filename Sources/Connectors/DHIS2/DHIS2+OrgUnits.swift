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
    guard let units = answer["organisationUnits"]?.array else {
      throw noOrgUnits("reading the deepest org unit")
    }
    return units.first?["level"]?.integer ?? 0
  }

  /// The level of an org unit.
  ///
  /// - Throws: ``DHIS2Failure`` of the configuration where there is none of this id.
  public func level(ofOrgUnit id: String) async throws -> Int {
    let operation = "reading org unit \(id)"
    let page = try await orgUnitPage(
      [("filter", "id:eq:\(id)"), ("fields", "id,level,path"), ("page", "1"), ("pageSize", "1")],
      operation: operation)
    guard let unit = page.units.first(where: { $0.id == id }) else {
      throw DHIS2Failure(
        .configuration, "\(operation) at \(baseURL): there is none of this id, or the user may not see it",
        remedy: "Check the id, or give the user the org unit.")
    }
    return unit.level
  }

  /// Makes sure that org unit groups are there; each is looked for once.
  ///
  /// - Throws: ``DHIS2Failure`` of the configuration where one is not: a list of its units would just be empty.
  public func checkGroups(_ ids: [String]) async throws {
    let unknown = Set(ids).subtracting(memory.groups).sorted()
    let operation = "looking for org unit groups"
    for ids in unknown.chunked(OrgUnitQuery.mostIDs) {
      // What is no id at all would break the filter.
      let sound = ids.filter { UID.isValid($0) }
      let answer = try await value(
        "organisationUnitGroups",
        [("filter", "id:in:[\(sound.joined(separator: ","))]"), ("fields", "id"), ("paging", "false")],
        operation: operation)
      guard let groups = answer["organisationUnitGroups"]?.array else {
        throw DHIS2Failure(
          .configuration, "\(operation) at \(baseURL): the answer has no organisationUnitGroups",
          remedy: "Check that the address is that of a DHIS2 server.")
      }
      let missing = Set(ids).subtracting(groups.compactMap { $0["id"]?.string }).sorted()
      guard missing.isEmpty else {
        throw DHIS2Failure(
          .configuration,
          "\(operation) at \(baseURL): there is none of the id \(missing.prefix(10).joined(separator: ", ")), or the user may not see it",
          remedy: "Check the id, or share the group with the user.")
      }
      memory.groups.formUnion(ids)
    }
  }

  /// Reads one page of org units.
  func orgUnitPage(_ items: [(String, String)], operation: String) async throws -> OrgUnitPage {
    let page = try await read("organisationUnits", items, operation: operation) {
      try OrgUnitPage(reading: &$0)
    }
    guard page.hasUnits else { throw noOrgUnits(operation) }
    return page
  }

  private func noOrgUnits(_ operation: String) -> DHIS2Failure {
    DHIS2Failure(
      .configuration, "\(operation) at \(baseURL): the answer has no organisationUnits",
      remedy: "Check that the address is that of a DHIS2 server.")
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
