import Connectors
import FlowKit

extension ERA5Destination {
  /// Makes sure, before hours pass in the store's queue, that DHIS2 would take what a run makes: user, authorities, access,
  /// names, data set, and for each indicator at least one org unit and period. Writes nothing.
  func checkBeforehand(_ periods: [ERA5Period], _ run: FlowRun) async throws {
    try await run.task("check_destination") { task in
      if mapping.isOwn {
        let user = try await server.currentUser()
        try await server.checkMayWrite(dataSet: mapping.dataSet, user: user)
        try await server.validate(try await metadataChange(user))
      }
      var preflight = try await server.preflight(
        dataSet: mapping.dataSet, units: zones.units, calendar: calendar)
      try preflight.check(server: server.baseURL, ignoring: mapping.isOwn ? [.dataSetNotFound] : [])
      for indicator in indicators {
        guard let finding = obstacle(to: indicator, periods, &preflight) else { continue }
        let message =
          "importing into data set \(mapping.dataSet) at \(server.baseURL): DHIS2 would take no value of \(indicator.rawValue): \(finding.message)"
        if finding.reason.isOfMapping { throw Misconfiguration(message, remedy: finding.remedy) }
        throw Rejection(message, remedy: finding.remedy)
      }
      task.log.info("DHIS2 would take the values: nothing known stands against them")
    }
  }

  /// Why no value at all of an indicator would be taken; nil where some would.
  private func obstacle(
    to indicator: ERA5Indicator, _ periods: [ERA5Period], _ preflight: inout Preflight
  ) -> Preflight.Finding? {
    var first: Preflight.Finding?
    for period in periods {
      for unit in unitsWithValues(in: period) {
        guard let finding = refusal(indicator, period, zones.units[unit], &preflight) else { return nil }
        first = first ?? finding
        // The other units are refused for the same.
        if finding.reason.isOfMapping { return finding }
        if finding.reason.isOfPeriod { break }
      }
    }
    return first
  }

  /// The units, by their places, that can have a value in a period as far as border and dates go.
  func unitsWithValues(in period: ERA5Period) -> [Int] {
    zones.units.indices.filter {
      zones.refusals[$0] == nil
        && zones.units[$0].takesValues(from: period.firstDay, to: period.lastDay, capabilities)
    }
  }

  /// Why DHIS2 would not take a value. What this flow sets right by itself is none: its own data set is assigned, its own
  /// data elements are made.
  func refusal(
    _ indicator: ERA5Indicator, _ period: ERA5Period, _ unit: OrgUnit, _ preflight: inout Preflight
  ) -> Preflight.Finding? {
    let own = mapping.dataElements[indicator]
    var element = own
    if mapping.isOwn, let known = preflight.dataSet?.elements, element.map({ known[$0] == nil }) ?? true {
      // Another of this flow's stands for one that is not there yet.
      element = ERA5Indicator.allCases.map { type.dataElement($0, source).id }.first { known[$0] != nil }
    }
    guard let element else { return nil }
    // Half of one is a value of every type that a number fits in.
    let value = DataValue(
      DataValue.Key(dataElement: element, period: period.id, orgUnit: unit.id), value: "0.5")
    guard let finding = preflight.finding(for: value) else { return nil }
    if element != own, [.valueInvalid, .categoryOptionComboRequired].contains(finding.reason) { return nil }
    return mapping.isOwn && finding.reason == .orgUnitNotAssigned ? nil : finding
  }

  /// Which of the values DHIS2 would refuse once its metadata are what this flow makes of them, and why.
  func refusals(
    of values: ERA5Values, _ preflight: inout Preflight
  ) -> [DataValue.Key: (reason: ImportReason, message: String)] {
    var found: [DataValue.Key: (reason: ImportReason, message: String)] = [:]
    for value in values.values {
      guard let key = key(value.indicator, value.period, value.unit.id) else { continue }
      if let finding = refusal(value.indicator, value.period, value.unit, &preflight) {
        found[key] = (finding.reason, finding.message)
      } else if !preflight.user.isSuperuser, !preflight.user.covers(value.unit.path) {
        // A data set that is not there yet has no org units, and the user's scope is the same without it.
        let user = preflight.user.username
        found[key] = (
          .orgUnitOutsideScope,
          "org unit \(value.unit.id) is not below an org unit where user \(user) enters data"
        )
      }
    }
    return found
  }
}

extension ImportReason {
  /// Whether it lies in how indicators and data elements fit together.
  fileprivate var isOfMapping: Bool {
    switch self {
    case .dataElementNotInDataSet, .dataElementNotFound, .periodTypeWrong, .periodUnreadable,
      .categoryOptionComboRequired, .attributeOptionComboRequired, .valueInvalid:
      true
    default: false
    }
  }

  /// Whether it lies in the period alone.
  fileprivate var isOfPeriod: Bool { [.periodExpired, .periodInFuture, .periodNotOpen].contains(self) }
}
