import Climate
import Connectors
public import FlowKit

/// How long the periods of an import are.
public enum ERA5PeriodType: String, CaseIterable, ParameterChoice {
  case monthly, weekly, daily

  /// The type of its periods in DHIS2. Weeks begin on Mondays.
  var dhis2: PeriodType {
    switch self {
    case .monthly: .monthly
    case .weekly: .weekly
    case .daily: .daily
    }
  }

  /// For sentences: `of the month`.
  var unitOfTime: String {
    switch self {
    case .monthly: "month"
    case .weekly: "week"
    case .daily: "day"
    }
  }

  /// The data set of the period type. DHIS2 gives a data set one period type, and a data element should belong to data
  /// sets of one: each type has its own.
  var dataSet: DataSet {
    switch self {
    case .monthly:
      DataSet(
        id: "PfE5ClmSet1", name: "ERA5-Land climate, monthly", shortName: "ERA5-Land climate, monthly",
        periodType: dhis2.rawValue)
    case .weekly:
      DataSet(
        id: "PfE5ClmSet2", name: "ERA5-Land climate, weekly", shortName: "ERA5-Land climate, weekly",
        periodType: dhis2.rawValue)
    case .daily:
      DataSet(
        id: "PfE5ClmSet3", name: "ERA5-Land climate, daily", shortName: "ERA5-Land climate, daily",
        periodType: dhis2.rawValue)
    }
  }

  /// The end of the ids of its data elements.
  private var idEnding: String {
    switch self {
    case .monthly: "Est1"
    case .weekly: "Wek1"
    case .daily: "Day1"
    }
  }

  /// The data element of an indicator. Its texts say what it was made from last.
  func dataElement(_ indicator: ERA5Indicator, _ source: ERA5Source) -> DataElement {
    var element = texts(indicator, source)
    for other in ERA5Source.allCases where other != source {
      let texts = texts(indicator, other)
      element.formerTexts.formUnion([texts.name, texts.shortName, texts.description])
    }
    return element
  }

  private func texts(_ indicator: ERA5Indicator, _ source: ERA5Source) -> DataElement {
    // What is not linear is another quantity when it is worked out from the means.
    let isOfMeans = source == .monthlyMeans && !indicator.climate.isLinear
    let ending = (isOfMeans ? ", of monthly means" : "") + (self == .monthly ? "" : ", \(rawValue)")
    let title = indicator.title
    return DataElement(
      id: "PfE5\(indicator.idStem)\(idEnding)", name: "ERA5-Land \(title) (\(indicator.unit))\(ending)",
      shortName: "ERA5-Land \(title)\(ending)",
      description:
        "\(source.definition(of: indicator, self)) Source: ERA5-Land, Copernicus Climate Change Service.",
      aggregationType: "AVERAGE")
  }
}

extension ERA5Indicator {
  fileprivate var idStem: String {
    switch self {
    case .meanTemperature: "Tmp"
    case .precipitation: "Prc"
    case .relativeHumidity: "Hum"
    case .windSpeed: "Wnd"
    case .skinTemperature: "Skn"
    case .solarRadiation: "Rad"
    case .soilMoisture: "Soi"
    }
  }

  /// The name for people: `mean temperature`.
  var title: String { rawValue.map { $0 == "_" ? " " : String($0) }.joined() }
}
