import Climate
import Connectors
public import FlowKit

/// What the flow imports.
public enum ERA5Indicator: String, CaseIterable, ParameterChoice {
  case meanTemperature = "mean_temperature"
  case precipitation
  case relativeHumidity = "relative_humidity"
  case windSpeed = "wind_speed"
  case skinTemperature = "skin_temperature"
  case solarRadiation = "solar_radiation"
  case soilMoisture = "soil_moisture"

  /// Formula, unit, source and definition.
  var climate: Indicator {
    switch self {
    case .meanTemperature: .temperatureMean
    case .precipitation: .precipitation
    case .relativeHumidity: .relativeHumidity
    case .windSpeed: .windSpeed
    case .skinTemperature: .skinTemperature
    case .solarRadiation: .solarRadiation
    case .soilMoisture: .soilMoisture
    }
  }

  /// The unit in DHIS2.
  var unit: String { climate.unit }

  /// Whether its variable is accumulated from 00 UTC, and a total of the day is what it is made from.
  var isAccumulated: Bool { climate.reduction == .total }

  /// Whether a file has all its variables.
  func isMade(from file: ClimateFile) -> Bool {
    climate.variables.allSatisfy { name in file.variables.contains { $0.name == name } }
  }

  /// The names of its variables in requests to the Climate Data Store.
  var requestNames: [String] { climate.variables.compactMap { Self.requestName[$0] } }

  /// The name in requests of each variable of a file.
  fileprivate static let requestName = [
    "t2m": "2m_temperature", "d2m": "2m_dewpoint_temperature", "tp": "total_precipitation",
    "u10": "10m_u_component_of_wind", "v10": "10m_v_component_of_wind", "skt": "skin_temperature",
    "ssrd": "surface_solar_radiation_downwards", "swvl1": "volumetric_soil_water_layer_1",
  ]
}

extension CDSRequest {
  /// The names in files of the variables that it asks for.
  var variableNames: [String] {
    let asked = Set(inputs["variable"]?.array?.compactMap(\.string) ?? [])
    return ERA5Indicator.requestName.filter { asked.contains($0.value) }.map(\.key)
  }
}

extension [ERA5Indicator] {
  /// The variables that all of them need, each once, in requests.
  var requestNames: [String] {
    var names: [String] = []
    for name in flatMap(\.requestNames) where !names.contains(name) { names.append(name) }
    return names
  }
}
