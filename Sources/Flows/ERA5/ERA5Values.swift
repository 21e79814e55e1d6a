import Climate
import Connectors
import FlowKit

/// What the files say for each org unit, month and indicator.
struct ERA5Values: Sendable {
  /// One number, before it is formatted for DHIS2.
  struct Value: Sendable {
    let indicator: ERA5Indicator
    let month: CalendarMonth
    let unit: OrgUnit
    let number: Double
    let status: ZonalStatus
    let version: DataVersion
  }

  /// An org unit and month that gets no value, and why.
  struct Gap: Sendable {
    let unit: OrgUnit
    let indicator: ERA5Indicator
    let month: CalendarMonth
    let reason: String
  }

  private(set) var values: [Value] = []
  private(set) var gaps: [Gap] = []
  /// Months that were asked for and are not in the files.
  private(set) var missingMonths: [CalendarMonth]

  init(
    files: [ERA5File], zones: ERA5Zones, indicators: [ERA5Indicator], months: [CalendarMonth],
    cacheFolder: String, log: Log
  ) throws {
    missingMonths = months
    for delivered in files {
      let file = try ClimateFile(path: delivered.file.path)
      let weights = ZonalWeights.cached(in: cacheFolder, grid: try file.grid, zones: zones.zones, log: log)
      let delivery = Delivery(of: weights)
      guard delivery.isOnLattice else { throw Rejection(delivery.problems.joined(separator: " ")) }
      for problem in delivery.problems { log.warning(problem) }
      for indicator in indicators {
        let series = indicator.converted(try file.zonalSeries(indicator.fileName, weights: weights))
        for (step, month) in series.months.enumerated() where delivered.months.contains(month) {
          missingMonths.removeAll { $0 == month }
          add(series, step: step, month: month, indicator: indicator, zones: zones)
        }
      }
    }
    for indicator in indicators {
      for month in months { if let line = summary(indicator, month) { log.info(line) } }
    }
  }

  private mutating func add(
    _ series: ZonalSeries, step: Int, month: CalendarMonth, indicator: ERA5Indicator, zones: ERA5Zones
  ) {
    for (index, unit) in zones.units.enumerated() {
      let value = series[zone: index, time: step]
      if let number = value.value, unit.isOpen(in: month) {
        values.append(
          Value(
            indicator: indicator, month: month, unit: unit, number: number, status: value.status,
            version: series.versions[step]))
      } else {
        let reason =
          !unit.isOpen(in: month)
          ? "the org unit is not open in this month" : series.refusals[index] ?? value.status.explanation
        gaps.append(Gap(unit: unit, indicator: indicator, month: month, reason: reason))
      }
    }
  }

  /// The range of a month's values: what a person looks at first to see whether the numbers can be right.
  private func summary(_ indicator: ERA5Indicator, _ month: CalendarMonth) -> String? {
    let numbers = values.filter { $0.indicator == indicator && $0.month == month }
    guard let least = numbers.map(\.number).min(), let most = numbers.map(\.number).max() else { return nil }
    let range = [least, most].compactMap { DataValueFormat.text($0, decimals: 1) }.joined(separator: " to ")
    let preliminary = numbers.contains { $0.version == .preliminary } ? ", preliminary" : ""
    return
      "\(month) \(indicator.rawValue): \(numbers.count) org units, \(range) \(indicator.unit)\(preliminary)"
  }
}

extension ZonalStatus {
  /// Why there is no value, where there is none.
  fileprivate var explanation: String {
    switch self {
    case .ok, .nearest: "the value is not a number"
    case .lowCoverage: "too little of the org unit's area has data"
    case .noData: "no cell with data lies in the org unit or within 0.3 degrees of it"
    case .outsideGrid: "the org unit lies outside the delivered grid"
    case .rejected: "the org unit's geometry cannot be used"
    }
  }
}

extension OrgUnit {
  /// Whether the unit is open on any day of a month.
  fileprivate func isOpen(in month: CalendarMonth) -> Bool {
    (openingDate.map { $0 <= month.lastDay } ?? true) && (closedDate.map { $0 >= month.firstDay } ?? true)
  }
}

extension ERA5Indicator {
  /// From the file's unit to the one in DHIS2.
  fileprivate func converted(_ series: ZonalSeries) -> ZonalSeries {
    switch self {
    case .meanTemperature: series.celsius()
    case .precipitation: series.millimetresPerMonth()
    }
  }
}
