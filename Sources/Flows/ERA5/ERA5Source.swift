import Climate
import Connectors
public import FlowKit

/// Which product the values are made from.
public enum ERA5Source: String, CaseIterable, ParameterChoice {
  /// The store's own means of months: one small request for many years.
  case monthlyMeans = "monthly_means"
  /// The hourly values: any period, any time zone, and what is not linear worked out hour by hour.
  case hourly

  /// The data set at the store.
  var dataset: String {
    switch self {
    case .monthlyMeans: "reanalysis-era5-land-monthly-means"
    case .hourly: "reanalysis-era5-land"
    }
  }

  /// How the data set wants to be cited.
  var citation: String {
    switch self {
    case .monthlyMeans:
      "Muñoz Sabater, J. (2019): ERA5-Land monthly averaged data from 1950 to present. Copernicus Climate Change Service (C3S) Climate Data Store (CDS). DOI: 10.24381/cds.68d2bb30"
    case .hourly:
      "Muñoz Sabater, J. (2019): ERA5-Land hourly data from 1950 to present. Copernicus Climate Change Service (C3S) Climate Data Store (CDS). DOI: 10.24381/cds.e2161bac"
    }
  }

  /// The first month there is.
  static let firstMonth = CalendarMonth(of: CalendarDate(daysSinceEpoch: -7305))  // 1950-01

  /// What a value is, for its data element and for people.
  func definition(of indicator: ERA5Indicator, _ type: ERA5PeriodType) -> String {
    let climate = indicator.climate
    let over = "Mean over the org unit's area"
    switch (self, indicator) {
    case (.monthlyMeans, .precipitation):
      return
        "Rain and snow of the month, as the depth of water in mm: the monthly mean per day times the days of the month. \(over)."
    case (.monthlyMeans, _) where climate.isLinear:
      return
        "\(indicator.title.prefix(1).uppercased())\(indicator.title.dropFirst()), mean of the month, in \(indicator.unit). \(over)."
    case (.monthlyMeans, _):
      return "\(climate.definitionOfMeans) \(over)."
    case (.hourly, .precipitation):
      return
        "Rain and snow of the \(type.unitOfTime), as the depth of water in mm, from hourly values. \(over)."
    case (.hourly, _):
      return
        "\(climate.definition)\(type == .daily ? "" : " Mean of the days of the \(type.unitOfTime).") \(over)."
    }
  }
}
