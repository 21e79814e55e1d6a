import Climate
import Connectors
import FlowKit
import Foundation

/// Values of periods from hourly ERA5-Land: days of the time zone first, worked out hour by hour where a formula is not
/// linear, then the periods from their days.
struct ERA5Hourly: Sendable {
  let zones: ERA5Zones
  let indicators: [ERA5Indicator]
  let periods: [ERA5Period]
  let offset: UTCOffset

  /// The days that the periods have, in the time zone.
  private var days: [CalendarDate] {
    Set(periods.flatMap { ($0.firstDay.daysSinceEpoch...$0.lastDay.daysSinceEpoch) }).sorted()
      .map { CalendarDate(daysSinceEpoch: $0) }
  }

  /// The requests: one a month, and one for what lies beyond the ends, such as the stamp of 00 UTC that closes the last
  /// day.
  ///
  /// - Parameter lastYear: what lies after it is not asked for, as is what lies before the first day there is.
  func requests(upTo lastYear: Int?) -> [CDSRequest] {
    let accumulates = indicators.contains(where: \.isAccumulated)
    let onlyTotals = offset == .utc && indicators.allSatisfy(\.isAccumulated)
    var whole: Set<CalendarDate> = []
    var midnights: Set<CalendarDate> = []
    for day in days {
      let start = day.startOfDayUTC.addingTimeInterval(-Double(offset.seconds))
      let end = start.addingTimeInterval(24 * 3600)
      if !onlyTotals {
        whole.insert(CalendarDate(utc: start))
        whole.insert(CalendarDate(utc: end.addingTimeInterval(-1)))
      }
      guard accumulates else { continue }
      // The stamp at the end of the day's last hour.
      if end == CalendarDate(utc: end).startOfDayUTC {
        midnights.insert(CalendarDate(utc: end))
      } else {
        whole.insert(CalendarDate(utc: end))
      }
    }
    midnights.subtract(whole)
    func there(_ days: Set<CalendarDate>) -> Set<CalendarDate> {
      days.filter { $0 >= ERA5Source.firstMonth.firstDay && $0.year <= lastYear ?? .max }
    }
    return byMonth(there(whole), midnightOnly: false) + byMonth(there(midnights), midnightOnly: true)
  }

  private func byMonth(_ days: Set<CalendarDate>, midnightOnly: Bool) -> [CDSRequest] {
    Dictionary(grouping: days.sorted()) { CalendarMonth(of: $0) }.sorted { $0.key < $1.key }.flatMap {
      month in
      zones.areas.map {
        ERA5Request.hourly(
          month.value, midnightOnly: midnightOnly, variables: indicators.requestNames, area: $0.values)
      }
    }
  }

  /// Adds the values of every period whose days are all there; the others are missing.
  func add(to values: inout ERA5Values, from files: [ERA5File], cacheFolder: String, log: Log) throws {
    var found = [ERA5Indicator: [CalendarDate: ZonalDay]]()
    // A month at a time: only its hours are in memory.
    for (month, days) in Dictionary(grouping: days, by: { CalendarMonth(of: $0) }).sorted(by: {
      $0.key < $1.key
    }) {
      guard let first = days.first, let last = days.last else { continue }
      let start = first.startOfDayUTC.addingTimeInterval(-Double(offset.seconds) - 3600)
      let end = last.adding(days: 1).startOfDayUTC.addingTimeInterval(-Double(offset.seconds) + 3600)
      let wanted = files.filter { $0.moments.contains { start...end ~= $0 } }
      guard !wanted.isEmpty else { continue }
      let file = try ClimateFile(paths: wanted.map(\.file.path))
      let weights = try zones.weights(on: file, cacheFolder: cacheFolder, log: log)
      // What a file does not have is missing, and what it has is imported.
      for indicator in indicators where indicator.isMade(from: file) {
        let fields = try indicator.climate.variables.map { name in
          let times = try file.variable(name).times
          let lower = times.firstIndex { $0 >= start } ?? times.endIndex
          let upper = (times.lastIndex { $0 <= end } ?? -1) + 1
          return try file.read(name, times: min(lower, upper)..<upper)
        }
        let daily = try indicator.climate.daily(from: fields, offset: offset)
        let series = try daily.means(over: weights)
        let inMonth = Set(days)
        for (step, period) in daily.periods.enumerated() where inMonth.contains(period.firstDay) {
          found[indicator, default: [:]][period.firstDay] = ZonalDay(series: series, step: step)
        }
        daily.notes.forEach { values.add(note: "\(indicator.title): \($0)") }
      }
      log.debug("\(month): days worked out for \(indicators.count) indicators")
    }
    for indicator in indicators {
      let days = found[indicator] ?? [:]
      for period in periods { add(period, indicator, days, to: &values) }
    }
  }

  private func add(
    _ period: ERA5Period, _ indicator: ERA5Indicator, _ days: [CalendarDate: ZonalDay],
    to values: inout ERA5Values
  ) {
    let there = (period.firstDay.daysSinceEpoch...period.lastDay.daysSinceEpoch).compactMap {
      days[CalendarDate(daysSinceEpoch: $0)]
    }
    guard there.count == period.dayCount, let first = there.first else {
      return values.addMissing(indicator, period)
    }
    let version = there.dropFirst().reduce(first.version) { $0.combined(with: $1.version) }
    values.add(indicator, period, version: version) { unit in
      let parts = there.map { $0[unit] }
      let numbers = parts.compactMap(\.value)
      guard numbers.count == there.count else {
        return (nil, parts.first { $0.value == nil }?.status ?? .noData, zones.refusals[unit])
      }
      let total = numbers.reduce(0, +)
      return (
        indicator.climate.aggregation == .sum ? total : total / Double(numbers.count), parts[0].status, nil
      )
    }
  }
}

/// The values of all zones on one day.
private struct ZonalDay {
  let series: ZonalSeries
  let step: Int

  var version: DataVersion { series.versions[step] }
  subscript(zone: Int) -> ZonalValue { series[zone: zone, time: step] }
}
