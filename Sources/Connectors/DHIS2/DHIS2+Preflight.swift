import Essentials
import JSON

extension DHIS2 {
  /// Reads what decides about an import into a data set: release, calendar, user, data set.
  ///
  /// - Parameters:
  ///   - units: the units of the values, where the caller has them; others are read when their values come.
  ///   - calendar: what the caller's period ids count in; any but the server's is a finding that refuses the import.
  public func preflight(
    dataSet: String, units: [OrgUnit] = [], calendar: LocalCalendar = .gregorian
  ) async throws -> Preflight {
    // Alone, so that wrong credentials count as one failed login (four lock an account), and all share its session.
    let info = try await knownInfo()
    async let asked = currentUser()
    async let described = describedDataSet(dataSet)
    async let listed = openAssignedUnits(dataSet)
    async let combo = defaultCombo()
    let user = try await asked
    var details = try await described
    if let announced = details?.announcedUnits {
      details?.units = try await assignedUnits(
        dataSet, expecting: announced, user: user, views: user.readingUnits(info.capabilities),
        opened: await listed)
    }
    // What was read with the data set need not be kept twice.
    let known = units.filter { unit in
      guard let details, let place = details.units.place(of: unit.id) else { return true }
      return !details.units[place].isPlaced
    }.map {
      ($0.id, Preflight.Unit(path: $0.path, openingDate: $0.openingDate, closedDate: $0.closedDate))
    }
    return Preflight(
      info: info, user: user, dataSetID: dataSet, dataSet: details, calendar: calendar,
      today: info.today ?? CalendarDate(utc: clock.now()), defaultCombo: try await combo,
      usesToken: usesToken, units: Dictionary(known) { first, _ in first })
  }

  /// Reads the units that a preflight does not know yet: those that were not read with the data set. Of those that it is
  /// not assigned to it keeps so many, so that its memory does not grow with the country.
  func learn(_ ids: Set<String>, in preflight: inout Preflight) async throws {
    let unknown = ids.filter { preflight.units[$0] == nil }.sorted()
    guard !unknown.isEmpty else { return }
    if preflight.units.count + unknown.count > Self.mostKnownUnits {
      for id in Array(preflight.units.keys) where !ids.contains(id) { preflight.units[id] = nil }
    }
    for batch in unknown.chunked(OrgUnitQuery.mostIDs) {
      // What is no id at all would break the filter; the server does not know it anyway.
      let ids = batch.filter { UID.isValid($0) }
      guard !ids.isEmpty else { continue }
      let answer = try await orgUnitPage(
        [
          ("fields", "id,path,openingDate,closedDate"), ("filter", "id:in:[\(ids.joined(separator: ","))]"),
          ("paging", "false"),
        ], operation: "reading \(ids.count) org units")
      for unit in answer.units {
        if let place = preflight.assigned.place(of: unit.id) {
          preflight.assigned[place] = preflight.assigned[place].with(
            preflight.standing(
              Preflight.Unit(
                path: unit.path, openingDate: unit.openingDate, closedDate: unit.closedDate)))
          continue
        }
        // Of the path only the step that decides is kept, which fits into a string without memory of its own.
        let steps = unit.path.split(separator: "/")
        func first(of units: [String]) -> String? { units.first { id in steps.contains { $0 == id } } }
        let scope = first(of: preflight.user.orgUnits) ?? unit.id
        let view = preflight.readingUnits.flatMap { first(of: $0) }.map { "/" + $0 } ?? ""
        preflight.units[unit.id] = Preflight.Unit(
          path: "/\(scope)\(view)", openingDate: unit.openingDate, closedDate: unit.closedDate)
      }
    }
  }

  private static var mostKnownUnits: Int { 10_000 }
}
