import Connectors
import FlowKit

/// The data set of monthly means of ERA5-Land, and how it is asked for.
enum ERA5MonthlyMeans {
  static let dataset = "reanalysis-era5-land-monthly-means"

  /// The first month there is.
  static let firstMonth = CalendarMonth(of: CalendarDate(daysSinceEpoch: -7305))  // 1950-01

  /// The requests for some months. A request is a product of years and months, so years that want the same months
  /// go together: a span of many years takes at most three requests.
  static func requests(
    months: [CalendarMonth], variables: [String], area: [Double]
  ) -> [(months: [CalendarMonth], request: CDSRequest)] {
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
      let request = CDSRequest(
        dataset: dataset,
        inputs: [
          "product_type": ["monthly_averaged_reanalysis"], "variable": .array(variables.map { .string($0) }),
          "year": .array(years.map { .string("\($0)") }),
          "month": .array(numbers.map { .string($0 < 10 ? "0\($0)" : "\($0)") }), "time": ["00:00"],
          "data_format": "netcdf", "download_format": "unarchived", "area": .array(area.map { .number($0) }),
        ])
      return (months.filter { years.contains($0.year) && numbers.contains($0.month) }, request)
    }
  }
}
