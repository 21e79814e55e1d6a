import Connectors
public import FlowKit

/// Data elements of one's own for the indicators, by their ids.
public struct ERA5DataElements: ParameterGroup {
  @Parameter("For mean_temperature, in °C", .uid) var meanTemperature: String? = nil
  @Parameter("For precipitation, in mm", .uid) var precipitation: String? = nil
  @Parameter("For relative_humidity, in %", .uid) var relativeHumidity: String? = nil
  @Parameter("For wind_speed, in m/s", .uid) var windSpeed: String? = nil
  @Parameter("For skin_temperature, in °C", .uid) var skinTemperature: String? = nil
  @Parameter("For solar_radiation, in W/m2", .uid) var solarRadiation: String? = nil
  @Parameter("For soil_moisture, in m3/m3", .uid) var soilMoisture: String? = nil

  public init() {}

  subscript(indicator: ERA5Indicator) -> String? {
    switch indicator {
    case .meanTemperature: meanTemperature
    case .precipitation: precipitation
    case .relativeHumidity: relativeHumidity
    case .windSpeed: windSpeed
    case .skinTemperature: skinTemperature
    case .solarRadiation: solarRadiation
    case .soilMoisture: soilMoisture
    }
  }
}

extension ParameterConstraint {
  /// An id of DHIS2.
  static var uid: ParameterConstraint { .pattern("^[a-zA-Z][a-zA-Z0-9]{10}$") }
}

/// Where the values of each indicator go.
struct ERA5Mapping: Sendable {
  /// The data set that the values belong to.
  let dataSet: String
  let dataElements: [ERA5Indicator: String]
  /// Whether data set and data elements are this flow's own, to be made and kept right, or the user's.
  let isOwn: Bool

  /// - Throws: `Misconfiguration` where some of the user's are named and others missing.
  init(
    _ type: ERA5PeriodType, _ source: ERA5Source, indicators: [ERA5Indicator], dataSet: String?,
    dataElements: ERA5DataElements?
  ) throws {
    guard dataSet != nil || dataElements != nil else {
      isOwn = true
      self.dataSet = type.dataSet.id
      self.dataElements = Dictionary(
        uniqueKeysWithValues: indicators.map { ($0, type.dataElement($0, source).id) })
      return
    }
    guard let dataSet, let dataElements else {
      throw Misconfiguration(
        dataSet == nil
          ? "data_elements are given without the data_set that they belong to"
          : "data_set \(dataSet ?? "") is given without data_elements",
        remedy: "Give both, or neither for the data set and data elements of this flow.")
    }
    let missing = indicators.filter { dataElements[$0] == nil }
    guard missing.isEmpty else {
      throw Misconfiguration(
        "data_elements has none for \(missing.map(\.rawValue).joined(separator: ", "))",
        remedy: "Name a data element for each of the indicators, or import fewer indicators.")
    }
    isOwn = false
    self.dataSet = dataSet
    self.dataElements = indicators.reduce(into: [:]) { $0[$1] = dataElements[$1] }
    let twice = Dictionary(grouping: self.dataElements.values) { $0 }.first { $0.value.count > 1 }
    if let twice {
      throw Misconfiguration(
        "data element \(twice.key) is named for \(twice.value.count) indicators",
        remedy: "Each indicator needs a data element of its own.")
    }
  }
}
