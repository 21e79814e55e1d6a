import Connectors
import FlowKit
import Foundation

/// Requests of ERA5-Land: a product of years, months, days and hours.
enum ERA5Request {
  /// Monthly means. Years that want the same months go together: a span of many years takes at most three requests.
  static func monthlyMeans(
    _ months: [CalendarMonth], variables: [String], area: [Double]
  ) -> [CDSRequest] {
    var years: [(year: Int, months: [Int])] = []
    for month in months {
      if years.last?.year == month.year {
        years[years.count - 1].months.append(month.month)
      } else {
        years.append((month.year, [month.month]))
      }
    }
    var groups: [(years: [Int], months: [Int])] = []
    for (year, months) in years {
      if let same = groups.firstIndex(where: { $0.months == months }) {
        groups[same].years.append(year)
      } else {
        groups.append(([year], months))
      }
    }
    return groups.map { years, numbers in
      CDSRequest(
        dataset: ERA5Source.monthlyMeans.dataset,
        inputs: [
          "product_type": ["monthly_averaged_reanalysis"], "variable": texts(variables),
          "year": texts(years.map { "\($0)" }), "month": texts(numbers.map(two)), "time": ["00:00"],
          "data_format": "netcdf", "download_format": "unarchived", "area": .array(area.map { .number($0) }),
        ])
    }
  }

  /// Some days of one month, all hours of them or only 00 UTC.
  static func hourly(
    _ days: [CalendarDate], midnightOnly: Bool, variables: [String], area: [Double]
  ) -> CDSRequest {
    CDSRequest(
      dataset: ERA5Source.hourly.dataset,
      inputs: [
        "variable": texts(variables), "year": texts(Set(days.map { "\($0.year)" }).sorted()),
        "month": texts(Set(days.map { two($0.month) }).sorted()), "day": texts(days.map { two($0.day) }),
        "time": midnightOnly ? ["00:00"] : texts((0..<24).map { "\(two($0)):00" }), "data_format": "netcdf",
        "download_format": "unarchived", "area": .array(area.map { .number($0) }),
      ])
  }

  private static func texts(_ values: [String]) -> JSONValue { .array(values.map { .string($0) }) }
  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

extension CDSRequest {
  /// The moments that the file must have: every combination of the lists that is a date.
  var moments: [Date] {
    func numbers(_ key: String) -> [Int] {
      inputs[key]?.array?.compactMap { $0.string.flatMap { Int($0.prefix(4).prefix { $0 != ":" }) } } ?? [1]
    }
    let (months, days, hours) = (numbers("month"), numbers("day"), numbers("time"))
    return numbers("year").flatMap { year in
      months.flatMap { month in
        days.flatMap { day in
          guard let date = CalendarDate(year: year, month: month, day: day) else { return [Date]() }
          return hours.map { date.startOfDayUTC.addingTimeInterval(Double($0) * 3600) }
        }
      }
    }
  }
}
