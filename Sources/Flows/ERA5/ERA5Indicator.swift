import Connectors
public import FlowKit

/// What the flow imports, and as which data element.
public enum ERA5Indicator: String, CaseIterable, ParameterChoice {
  case meanTemperature = "mean_temperature"
  case precipitation

  /// The variable's name in requests to the Climate Data Store.
  var requestName: String {
    switch self {
    case .meanTemperature: "2m_temperature"
    case .precipitation: "total_precipitation"
    }
  }

  /// The variable's name in the file.
  var fileName: String {
    switch self {
    case .meanTemperature: "t2m"
    case .precipitation: "tp"
    }
  }

  /// The unit in DHIS2.
  var unit: String {
    switch self {
    case .meanTemperature: "°C"
    case .precipitation: "mm"
    }
  }

  /// What a value is, for its data element and for people.
  var definition: String {
    switch self {
    case .meanTemperature:
      "Mean air temperature 2 m above the ground over the month and the org unit's area, in °C. ERA5-Land monthly means."
    case .precipitation:
      "Rain and snow over the month, as the mean depth over the org unit's area, in mm. ERA5-Land monthly means (m a day) times the days of the month."
    }
  }

  var dataElement: DataElement {
    switch self {
    case .meanTemperature:
      DataElement(
        id: "PfE5TmpEst1", name: "ERA5-Land mean temperature (°C)", shortName: "ERA5-Land mean temperature",
        description: definition, aggregationType: "AVERAGE")
    case .precipitation:
      DataElement(
        id: "PfE5PrcEst1", name: "ERA5-Land precipitation (mm)", shortName: "ERA5-Land precipitation",
        description: definition, aggregationType: "AVERAGE")
    }
  }

  /// The data set that the data elements belong to.
  static let dataSet = DataSet(
    id: "PfE5ClmSet1", name: "ERA5-Land climate, monthly", shortName: "ERA5-Land climate, monthly",
    periodType: "Monthly")
}
