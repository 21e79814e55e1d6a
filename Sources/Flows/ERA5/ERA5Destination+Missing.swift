import Connectors
import FlowKit

extension ERA5Destination {
  /// The months of a plan for which DHIS2 lacks a value that it could have.
  ///
  /// Not counted is what DHIS2 would refuse, and what the store has no data for: it would be lacking for ever.
  ///
  /// - Parameters:
  ///   - withoutData: the ids of units that an earlier run found no data for.
  ///   - sinceTheLastHeld: whether only those from the last month on of which it has any value; where there is none, the
  ///     last month of the plan.
  func incompleteMonths(
    of plan: ERA5Plan, preliminary: [CalendarMonth], withoutData: Set<String>, sinceTheLastHeld: Bool,
    _ run: FlowRun
  ) async throws -> [CalendarMonth] {
    try await run.task("find_missing") { task in
      var preflight = try await server.preflight(
        dataSet: mapping.dataSet, units: zones.units, calendar: calendar)
      guard preflight.dataSet != nil else { return sinceTheLastHeld ? plan.months.suffix(1) : plan.months }
      let again = Set(preliminary).intersection(plan.months)
      var missing = again
      var hasAny = false
      var refused: [String: (finding: Preflight.Finding, periods: Int)] = [:]
      for month in plan.months.reversed() {
        var keys: [DataValue.Key] = []
        for period in plan.periods where period.month == month {
          for place in unitsWithValues(in: period) where !withoutData.contains(zones.units[place].id) {
            let unit = zones.units[place]
            if let finding = refusalOfAll(period, unit, &preflight) {
              refused[unit.id, default: (finding, 0)].periods += 1
              continue
            }
            keys += indicators.compactMap { key($0, period, unit.id) }
          }
        }
        let held = try await server.heldValues(keys, dataSet: mapping.dataSet)
        if held.count < keys.count { missing.insert(month) }
        hasAny = hasAny || !held.isEmpty
        if sinceTheLastHeld, hasAny { break }
      }
      if sinceTheLastHeld, !hasAny { missing = again.union(plan.months.suffix(1)) }
      if let first = refused.values.max(by: { $0.periods < $1.periods })?.finding {
        task.log.warning(
          "\(refused.count) org units have periods that do not count as missing, as DHIS2 would refuse them; the first: \(first.message)"
        )
      }
      task.log.info(
        missing.isEmpty
          ? "DHIS2 has all values of the \(plan.months.count) months"
          : "DHIS2 lacks values of \(missing.count) of \(plan.months.count) months")
      return missing.sorted()
    }
  }

  /// Why DHIS2 would take no indicator's value of a unit and period. What stands against one data element is another
  /// matter: the check before the download says so.
  private func refusalOfAll(
    _ period: ERA5Period, _ unit: OrgUnit, _ preflight: inout Preflight
  ) -> Preflight.Finding? {
    guard let indicator = indicators.first,
      let finding = refusal(indicator, period, unit, &preflight)
    else { return nil }
    switch finding.reason {
    case .orgUnitOutsideScope, .orgUnitNotAssigned, .orgUnitNotFound, .orgUnitClosed, .periodExpired,
      .periodInFuture, .periodNotOpen:
      return finding
    default: return nil
    }
  }
}
