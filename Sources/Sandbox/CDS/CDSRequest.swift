internal import Essentials
internal import JSON

/// A request for data that has passed the adaptor's checks.
struct CDSRequest: Sendable {
  enum Packing: Sendable { case asSource, zip }

  let dataset: CDSDataset
  let variables: [ERA5Variable]
  /// Hours since 1970-01-01 00 UTC, in order; the first of the month for monthly means.
  let stamps: [Int]
  let area: CDSArea
  let packing: Packing
  let isNetCDF: Bool
  /// By hour of day rather than over all hours: the product without the fault of 2022-09 to 2024-02.
  let isByHour: Bool
  /// Product of the lengths of the lists.
  let cost: Int

  /// Keys besides the selection.
  private static let extras: Set<String> = ["area", "data_format", "download_format", "_scenario"]

  init(_ inputs: JSONObject, dataset: CDSDataset, embargo: CDSEmbargo) throws {
    self.dataset = dataset
    let selection = try Self.selection(inputs, dataset)
    cost = selection.values.map(\.count).reduce(1, *)
    for (key, values) in selection {
      let known = dataset.values(of: key, latestYear: embargo.today.year) ?? []
      for value in values where !known.contains(value) {
        throw CDSProblem.invalid(
          "Request has not produced a valid combination of values, please check your selection. Value '\(value)' is not valid for '\(key)'."
        )
      }
    }
    variables = (selection["variable"] ?? []).compactMap { ERA5Variable.byRequestName[$0] }
    isByHour = selection["product_type"]?.contains("monthly_averaged_reanalysis_by_hour_of_day") ?? false
    if dataset.isMonthly, !isByHour, selection["time"] != ["00:00"] {
      throw CDSProblem.invalid(
        "Request has not produced a valid combination of values, please check your selection. monthly_averaged_reanalysis has time 00:00 only."
      )
    }
    area = try inputs["area"].map { try CDSArea(json: $0) } ?? .globe
    let format = try Self.word(inputs, "data_format", ["grib", "netcdf"], standard: "grib")
    isNetCDF = format == "netcdf"
    packing =
      try Self.word(inputs, "download_format", ["unarchived", "zip"], standard: "unarchived") == "zip"
      ? .zip : .asSource
    stamps = try Self.stamps(selection, dataset, embargo)
  }

  /// The lists of texts. Anything else is refused, and so are values that appear twice.
  private static func selection(_ inputs: JSONObject, _ dataset: CDSDataset) throws -> [String: [String]] {
    var selection: [String: [String]] = [:]
    for (key, value) in inputs where !extras.contains(key) {
      guard dataset.selection.contains(where: { $0.key == key }) else {
        throw CDSProblem.invalid("Request has an unknown key: '\(key)'")
      }
      let elements = value.array ?? [value]
      let texts = elements.compactMap(\.string)
      guard texts.count == elements.count, !texts.isEmpty else {
        throw CDSProblem.invalid("\(key): every value must be a string, found \(value)")
      }
      guard Set(texts).count == texts.count else {
        throw CDSProblem.invalid("\(key): \(value) has non-unique elements")
      }
      selection[key] = texts
    }
    for (key, _) in dataset.selection where selection[key] == nil {
      throw CDSProblem.invalid("Request is missing the required key '\(key)'")
    }
    return selection
  }

  private static func word(_ inputs: JSONObject, _ key: String, _ allowed: [String], standard: String) throws
    -> String
  {
    guard let value = inputs[key] else { return standard }
    let text = value.string ?? value[0]?.string
    guard let text, allowed.contains(text) else {
      throw CDSProblem.invalid("\(key): \(value) is not one of \(allowed.joined(separator: ", "))")
    }
    return text
  }

  /// The stamps that are there. Days that do not exist are passed over; what is under embargo is left out without a
  /// word, unless nothing remains.
  private static func stamps(
    _ selection: [String: [String]], _ dataset: CDSDataset, _ embargo: CDSEmbargo
  ) throws -> [Int] {
    func numbers(_ key: String) -> [Int] { (selection[key] ?? []).compactMap { Int($0) }.sorted() }
    let hours = (selection["time"] ?? []).compactMap { Int($0.prefix(2)) }.sorted()
    var stamps: [Int] = []
    var asked = 0
    for year in numbers("year") {
      for month in numbers("month") {
        let days = dataset.isMonthly ? [1] : numbers("day")
        for day in days {
          guard let date = CalendarDate(year: year, month: month, day: day) else { continue }
          asked += hours.count
          let isThere =
            dataset.isMonthly ? CalendarMonth(of: date) <= embargo.lastMonth : date <= embargo.lastDay
          guard isThere else { continue }
          stamps += hours.map { date.daysSinceEpoch * 24 + $0 }
        }
      }
    }
    guard asked > 0 else {
      throw CDSProblem.invalid(
        "Request has not produced a valid combination of values, please check your selection.")
    }
    guard !stamps.isEmpty else {
      let latest = dataset.isMonthly ? "\(embargo.lastMonth.firstDay) 00:00" : "\(embargo.lastDay) 23:00"
      throw CDSProblem.invalid(
        "None of the data you have requested is available yet, please revise the period requested. The latest date available for this dataset is: \(latest)"
      )
    }
    return stamps
  }
}
