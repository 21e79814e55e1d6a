internal import Essentials
internal import JSON

/// A dataset of the catalogue.
struct CDSDataset: Sendable {
  let id: String
  let title: String
  let isMonthly: Bool
  /// Keys that must be given, and the values they may have; nil where any four digits do.
  let selection: [(key: String, values: [String]?)]
  let licence: String
  /// Why it cannot be had at all, if so.
  var closed: String?

  static let all: [CDSDataset] = [
    CDSDataset(
      id: "reanalysis-era5-land", title: "ERA5-Land hourly data from 1950 to present", isMonthly: false,
      selection: [
        ("variable", ERA5Variable.all.map(\.requestName)), ("year", nil), ("month", numbers(1...12)),
        ("day", numbers(1...31)), ("time", hours),
      ], licence: "cc-by"),
    CDSDataset(
      id: "reanalysis-era5-land-monthly-means", title: "ERA5-Land monthly averaged data from 1950 to present",
      isMonthly: true,
      selection: [
        ("product_type", ["monthly_averaged_reanalysis", "monthly_averaged_reanalysis_by_hour_of_day"]),
        ("variable", ERA5Variable.all.map(\.requestName)), ("year", nil), ("month", numbers(1...12)),
        ("time", hours),
      ], licence: "cc-by"),
    // Open to nobody who has not accepted its licence.
    CDSDataset(
      id: "reanalysis-era5-single-levels", title: "ERA5 hourly data on single levels", isMonthly: false,
      selection: [
        ("product_type", ["reanalysis"]), ("variable", ERA5Variable.all.map(\.requestName)), ("year", nil),
        ("month", numbers(1...12)), ("day", numbers(1...31)), ("time", hours),
      ], licence: "licence-not-accepted"),
    CDSDataset(
      id: "derived-utci-historical", title: "Thermal comfort indices derived from ERA5", isMonthly: false,
      selection: [("variable", ["universal_thermal_climate_index"]), ("year", nil)], licence: "cc-by",
      closed: "The dataset is temporarily disabled for maintenance."),
  ]

  static let byID = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })

  private static func numbers(_ range: ClosedRange<Int>) -> [String] {
    range.map { $0 < 10 ? "0\($0)" : "\($0)" }
  }
  private static let hours = numbers(0...9).map { "\($0):00" } + (10...23).map { "\($0):00" }

  /// Every value that the key may have.
  func values(of key: String, latestYear: Int) -> [String]? {
    guard let entry = selection.first(where: { $0.key == key }) else { return nil }
    return entry.values ?? (1950...latestYear).map(String.init)
  }
}

/// What the data reach to, as of a day.
struct CDSEmbargo: Sendable {
  let today: CalendarDate

  /// The last day of hourly data: five days back.
  var lastDay: CalendarDate { today.adding(days: -5) }

  /// The last month of monthly means: they come on the sixth of the month after.
  var lastMonth: CalendarMonth { CalendarMonth(of: today).adding(months: today.day >= 6 ? -1 : -2) }

  /// Preliminary data carry the experiment version of ERA5-Land-T until they are final, two to three months later.
  func version(of month: CalendarMonth) -> String {
    month > CalendarMonth(of: today).adding(months: -4) ? "0005" : "0001"
  }
}
