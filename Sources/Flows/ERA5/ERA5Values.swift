import Climate
import Connectors
import FlowKit
import Foundation

/// What the files say for each org unit, period and indicator.
struct ERA5Values: Sendable {
  /// One number, before it is formatted for DHIS2.
  struct Value: Sendable {
    let indicator: ERA5Indicator
    let period: ERA5Period
    let unit: OrgUnit
    let number: Double
    let status: ZonalStatus
    /// Preliminary as well where the data is young and does not tell.
    let version: DataVersion
  }

  /// An org unit and period that gets no value, and why.
  struct Gap: Sendable {
    let unit: OrgUnit
    let indicator: ERA5Indicator
    let period: ERA5Period
    let reason: String
    /// What came of the unit on the grid; nil where it was not open.
    let status: ZonalStatus?
  }

  let units: [OrgUnit]
  private(set) var values: [Value] = []
  private(set) var gaps: [Gap] = []
  /// What was asked for and the files do not have, or not all of.
  private(set) var missing: [ERA5Indicator: Set<ERA5Period>] = [:]
  /// How the values were made, in words; each once.
  private(set) var notes: [String] = []

  private let capabilities: Capabilities
  private let now: Date

  /// - Parameters:
  ///   - capabilities: of the server that the values go to.
  ///   - now: by which data counts as young.
  init(units: [OrgUnit], capabilities: Capabilities, now: Date) {
    self.units = units
    self.capabilities = capabilities
    self.now = now
  }

  /// Takes in the values of one indicator and period, one for each unit in order.
  mutating func add(
    _ indicator: ERA5Indicator, _ period: ERA5Period, version: DataVersion,
    _ value: (_ unit: Int) -> (number: Double?, status: ZonalStatus, refusal: String?)
  ) {
    let version = version.settled(in: period.month, at: now)
    for (index, unit) in units.enumerated() {
      let (number, status, refusal) = value(index)
      let isOpen = unit.takesValues(from: period.firstDay, to: period.lastDay, capabilities)
      if let number, number.isFinite, isOpen {
        values.append(
          Value(
            indicator: indicator, period: period, unit: unit, number: number, status: status, version: version
          ))
      } else {
        let reason =
          isOpen
          ? refusal ?? status.explanation
          : unit.isOpen(from: period.firstDay, to: period.lastDay)
            ? "the org unit opened within this period, and DHIS2 \(capabilities.version) wants it open on the first day"
            : "the org unit is not open in this period"
        gaps.append(
          Gap(
            unit: unit, indicator: indicator, period: period, reason: reason, status: isOpen ? status : nil))
      }
    }
  }

  mutating func addMissing(_ indicator: ERA5Indicator, _ period: ERA5Period) {
    missing[indicator, default: []].insert(period)
  }

  /// What is missing in words: `2026-03`, `relative_humidity of 2026-01, 2026-02`; nil where nothing is.
  func missingInWords(of plan: ERA5Plan) -> String? {
    func list(_ periods: some Sequence<ERA5Period>) -> String {
      let sorted = periods.sorted()
      let more = sorted.count > 12 ? " and \(sorted.count - 12) more periods" : ""
      return sorted.prefix(12).map(\.label).joined(separator: ", ") + more
    }
    let all = plan.indicators.map { missing[$0] ?? [] }
    let common = all.dropFirst().reduce(all.first ?? []) { $0.intersection($1) }
    var parts = common.isEmpty ? [] : [list(common)]
    for indicator in plan.indicators {
      let own = (missing[indicator] ?? []).subtracting(common)
      if !own.isEmpty { parts.append("\(indicator.rawValue) of \(list(own))") }
    }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  mutating func add(note: String) { if !notes.contains(note) { notes.append(note) } }

  var preliminaryPeriods: [ERA5Period] {
    Set(values.filter { $0.version == .preliminary }.map(\.period)).sorted()
  }

  /// The range of each indicator's values in a period: what a person looks at first to see whether the numbers can be
  /// right.
  func summaries() -> [String] {
    Dictionary(grouping: values) { "\($0.period.label) \($0.indicator.rawValue)" }
      .sorted { $0.key < $1.key }
      .compactMap { key, values in
        guard let least = values.map(\.number).min(), let most = values.map(\.number).max() else {
          return nil
        }
        let range = [least, most].compactMap { DataValueFormat.text($0, decimals: 2) }.joined(
          separator: " to ")
        let preliminary = values.contains { $0.version == .preliminary } ? ", preliminary" : ""
        return "\(key): \(values.count) org units, \(range) \(values[0].indicator.unit)\(preliminary)"
      }
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
