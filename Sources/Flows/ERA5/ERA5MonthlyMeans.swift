import Climate
import Connectors
import FlowKit
import Foundation

/// Values of months from the store's monthly means.
struct ERA5MonthlyMeans: Sendable {
  let zones: ERA5Zones
  let indicators: [ERA5Indicator]
  let months: [CalendarMonth]

  /// - Parameter lastYear: what lies after it is not asked for.
  func requests(upTo lastYear: Int?) -> [CDSRequest] {
    let months = months.filter { $0.year <= lastYear ?? .max }
    return zones.areas.flatMap {
      ERA5Request.monthlyMeans(months, variables: indicators.requestNames, area: $0.values)
    }
  }

  /// What the product has wrong, and how it is had instead: accumulated variables of 2022-09 to 2024-02 from the stamps
  /// of 00 UTC of the hourly data. Nil where nothing of it is asked for.
  var replacement: ERA5Hourly? {
    let accumulated = indicators.filter(\.isAccumulated)
    let faulty = FaultyMonths.among(months)
    guard !accumulated.isEmpty, !faulty.isEmpty else { return nil }
    return ERA5Hourly(
      zones: zones, indicators: accumulated, periods: faulty.map { ERA5Period($0) }, offset: .utc)
  }

  /// Adds the values of every month that is in the files; the others are missing.
  func add(to values: inout ERA5Values, from files: [ERA5File], cacheFolder: String, log: Log) throws {
    var missing = Dictionary(uniqueKeysWithValues: indicators.map { ($0, Set(wanted($0))) })
    // Files of the same months belong together: the store may have parted a request by its variables, and an area on both
    // sides of the antimeridian is two.
    for (moments, parts) in Dictionary(grouping: files, by: \.moments).sorted(by: {
      ($0.key.first ?? .distantPast) < ($1.key.first ?? .distantPast)
    }) {
      let file = try ClimateFile(paths: parts.map(\.file.path))
      let asked = Set(moments.map { CalendarMonth(of: CalendarDate(utc: $0)) })
      let weights = try zones.weights(on: file, cacheFolder: cacheFolder, log: log)
      // What a file does not have is missing, and what it has is imported.
      for indicator in indicators where indicator.isMade(from: file) {
        let series = try means(of: indicator, in: file, over: weights)
        for (step, month) in series.months.enumerated() {
          // A file can have months that this request did not ask for; each month counts once.
          guard asked.contains(month), missing[indicator]?.remove(month) != nil else { continue }
          let days = indicator.climate.aggregation == .sum ? Double(month.length) : 1
          values.add(indicator, ERA5Period(month), version: series.versions[step]) { unit in
            let value = series[zone: unit, time: step]
            return (value.value.map { $0 * days }, value.status, zones.refusals[unit])
          }
        }
        values.add(
          note: "\(indicator.title): \(indicator.climate.formula), of monthly means\(days(indicator))")
      }
    }
    for (indicator, months) in missing {
      for month in months { values.addMissing(indicator, ERA5Period(month)) }
    }
  }

  private func wanted(_ indicator: ERA5Indicator) -> [CalendarMonth] {
    indicator.isAccumulated ? months.filter { !FaultyMonths.accumulations.contains($0) } : months
  }

  /// In the indicator's unit; for a total, of a day.
  private func means(
    of indicator: ERA5Indicator, in file: ClimateFile, over weights: ZonalWeights
  ) throws -> ZonalSeries {
    let climate = indicator.climate
    if climate.isLinear {
      let series = try file.zonalSeries(climate.variables[0], weights: weights)
      return series.converted { value, _ in climate.value([value]) }
    }
    return try weights.means(of: climate.combined(climate.variables.map { try file.read($0) }))
  }

  private func days(_ indicator: ERA5Indicator) -> String {
    indicator.climate.aggregation == .sum ? ", times the days of the month" : ""
  }
}
