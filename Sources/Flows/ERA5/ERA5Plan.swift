import Climate
import Connectors
import FlowKit
import Foundation

/// What a run is to make, from its parameters: which product, which periods, whose days.
struct ERA5Plan: Sendable {
  let type: ERA5PeriodType
  let source: ERA5Source
  let offset: UTCOffset
  let indicators: [ERA5Indicator]
  let months: [CalendarMonth]
  let periods: [ERA5Period]

  /// The product and the time zone; what cannot be right is refused.
  ///
  /// - Parameters:
  ///   - source: nil for monthly means where they can serve, else hourly.
  ///   - timeZone: an offset from UTC, `+03:00`, or the name of a zone.
  static func product(
    _ type: ERA5PeriodType, source: ERA5Source?, timeZone: String, localCalendar: Bool
  ) throws -> (source: ERA5Source, zone: ERA5TimeZone) {
    let zone = try ERA5TimeZone(timeZone)
    let needsHours =
      type != .monthly
      ? "\(type.rawValue) values"
      : !zone.isUTC ? "days in \(timeZone)" : localCalendar ? "months of another calendar" : nil
    if let needsHours, source == .monthlyMeans {
      throw Misconfiguration(
        "source monthly_means has no \(needsHours)", remedy: "Use --source hourly, or leave source out.")
    }
    return (source ?? (needsHours == nil ? .monthlyMeans : .hourly), zone)
  }

  init(
    type: ERA5PeriodType, source: ERA5Source, offset: UTCOffset, indicators: [ERA5Indicator],
    months: [CalendarMonth], calendar: LocalCalendar
  ) {
    self.type = type
    self.source = source
    self.offset = offset
    self.indicators = indicators
    self.months = months
    periods = ERA5Period.all(type, endingIn: months, calendar: calendar)
  }

  /// The files that the plan needs.
  ///
  /// - Parameter lastYear: the last one that the store has anything of. It refuses a request as a whole for one year that
  ///   it does not know, as it does for 1949.
  func requests(_ zones: ERA5Zones, upTo lastYear: Int? = nil) -> [CDSRequest] {
    switch source {
    case .monthlyMeans:
      let means = means(zones)
      return means.requests(upTo: lastYear) + (means.replacement?.requests(upTo: lastYear) ?? [])
    case .hourly: return hourly(zones).requests(upTo: lastYear)
    }
  }

  /// The values that the files have.
  func values(
    _ zones: ERA5Zones, for capabilities: Capabilities, from files: [ERA5File], now: Date,
    cacheFolder: String, log: Log
  ) throws -> ERA5Values {
    var values = ERA5Values(units: zones.units, capabilities: capabilities, now: now)
    switch source {
    case .monthlyMeans:
      let means = means(zones)
      try means.add(
        to: &values, from: files.filter { $0.file.request.dataset == source.dataset },
        cacheFolder: cacheFolder, log: log)
      if let replacement = means.replacement {
        log.info(
          "the monthly means of \(replacement.indicators.map(\.title).joined(separator: " and ")) are wrong at the source for \(replacement.periods.count) of these months; they are made from hourly data"
        )
        try replacement.add(
          to: &values, from: files.filter { $0.file.request.dataset == ERA5Source.hourly.dataset },
          cacheFolder: cacheFolder, log: log)
      }
    case .hourly: try hourly(zones).add(to: &values, from: files, cacheFolder: cacheFolder, log: log)
    }
    return values
  }

  private func means(_ zones: ERA5Zones) -> ERA5MonthlyMeans {
    ERA5MonthlyMeans(zones: zones, indicators: indicators, months: months)
  }

  private func hourly(_ zones: ERA5Zones) -> ERA5Hourly {
    ERA5Hourly(zones: zones, indicators: indicators, periods: periods, offset: offset)
  }
}

extension ERA5Plan {
  /// The same for some of its months.
  func restricted(to months: [CalendarMonth], _ calendar: LocalCalendar) -> ERA5Plan {
    ERA5Plan(
      type: type, source: source, offset: offset, indicators: indicators, months: months, calendar: calendar)
  }
}
