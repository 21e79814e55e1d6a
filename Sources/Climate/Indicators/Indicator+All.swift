internal import Essentials

extension Indicator {
  /// All of them.
  public static let all: [Indicator] = [
    temperatureMean, temperatureMinimum, temperatureMaximum, precipitation, relativeHumidity, windSpeed,
    skinTemperature, solarRadiation, soilMoisture, vapourPressureDeficit, heatIndex,
  ]

  private static func temperature(_ id: String, _ title: String, _ statistic: DailyStatistic, _ words: String)
    -> Indicator
  {
    Indicator(
      id: id, title: title, unit: "°C", formula: "t2m - 273.15", source: "ECMWF, ERA5-Land documentation",
      definition: "The \(words) of the 24 hourly temperatures of the day, 2 m above ground.",
      variables: ["t2m"],
      aggregation: .mean, reduction: .daily(statistic), isLinear: true,
      formulaOf: { UnitConversion.celsius(kelvin: $0[0]) })
  }

  public static let temperatureMean = temperature("temperature_mean", "Mean temperature", .mean, "mean")
  public static let temperatureMinimum = temperature(
    "temperature_minimum", "Minimum temperature", .minimum, "lowest")
  public static let temperatureMaximum = temperature(
    "temperature_maximum", "Maximum temperature", .maximum, "highest")

  public static let precipitation = Indicator(
    id: "precipitation", title: "Precipitation", unit: "mm", formula: "tp x 1000",
    source: "ECMWF, \"ERA5: conversion table for accumulated variables\"",
    definition: "Rain and snow of the day, as the depth of water.", variables: ["tp"], aggregation: .sum,
    reduction: .total, isLinear: true, formulaOf: { $0[0] * 1000 })

  public static let relativeHumidity = Indicator(
    id: "relative_humidity", title: "Relative humidity", unit: "%",
    formula: "100 es(d2m) / es(t2m), es(T) = 611.21 exp(17.502 (T - 273.16) / (T - 32.19))",
    source: "ECMWF, IFS documentation CY41r2, part IV, equation 7.5",
    definition:
      "The vapour in the air as a share of what it can hold over water, mean of the 24 hours of the day.",
    variables: ["t2m", "d2m"], aggregation: .mean, reduction: .daily(.mean), isLinear: false,
    formulaOf: { Formulas.relativeHumidity(temperature: $0[0], dewPoint: $0[1]) })

  public static let windSpeed = Indicator(
    id: "wind_speed", title: "Wind speed", unit: "m/s", formula: "sqrt(u10^2 + v10^2)",
    source:
      "ECMWF, \"ERA5: how to calculate wind speed and wind direction from u and v components of the wind\"",
    definition: "The speed of the wind 10 m above ground, mean of the 24 hours of the day.",
    variables: ["u10", "v10"], aggregation: .mean, reduction: .daily(.mean), isLinear: false,
    formulaOf: { Formulas.windSpeed(eastward: $0[0], northward: $0[1]) })

  public static let skinTemperature = Indicator(
    id: "skin_temperature", title: "Skin temperature", unit: "°C", formula: "skt - 273.15",
    source: "ECMWF, ERA5-Land documentation",
    definition: "The temperature of the surface of the Earth, mean of the 24 hours of the day.",
    variables: ["skt"],
    aggregation: .mean, reduction: .daily(.mean), isLinear: true,
    formulaOf: { UnitConversion.celsius(kelvin: $0[0]) })

  public static let solarRadiation = Indicator(
    id: "solar_radiation", title: "Solar radiation", unit: "W/m2", formula: "ssrd / 86400",
    source: "ECMWF, \"ERA5: conversion table for accumulated variables\"",
    definition: "The radiation of the sun that reaches a level square metre of ground, mean over the day.",
    variables: ["ssrd"], aggregation: .mean, reduction: .total, isLinear: true, formulaOf: { $0[0] / 86_400 })

  public static let soilMoisture = Indicator(
    id: "soil_moisture", title: "Soil moisture, 0-7 cm", unit: "m3/m3", formula: "swvl1",
    source: "ECMWF, ERA5-Land documentation",
    definition: "The volume of water in the uppermost 7 cm of soil, mean of the 24 hours of the day.",
    variables: ["swvl1"], aggregation: .mean, reduction: .daily(.mean), isLinear: true, formulaOf: { $0[0] })

  public static let vapourPressureDeficit = Indicator(
    id: "vapour_pressure_deficit", title: "Vapour pressure deficit", unit: "kPa",
    formula: "(es(t2m) - es(d2m)) / 1000, es(T) = 611.21 exp(17.502 (T - 273.16) / (T - 32.19))",
    source: "ECMWF, IFS documentation CY41r2, part IV, equation 7.5",
    definition: "How much vapour the air could still take up, mean of the 24 hours of the day.",
    variables: ["t2m", "d2m"], aggregation: .mean, reduction: .daily(.mean), isLinear: false,
    formulaOf: { Formulas.vapourPressureDeficit(temperature: $0[0], dewPoint: $0[1]) })

  public static let heatIndex = Indicator(
    id: "heat_index", title: "Heat index, daily maximum", unit: "°C",
    formula:
      "Rothfusz's regression on temperature and relative humidity in °F and %, with its adjustments; in °C",
    source: "National Weather Service, https://www.wpc.ncep.noaa.gov/html/heatindex_equation.shtml",
    definition: "How hot the air feels in the shade, the highest of the 24 hourly values of the day.",
    variables: ["t2m", "d2m"], aggregation: .maximum, reduction: .daily(.maximum), isLinear: false,
    formulaOf: { Formulas.heatIndex(temperature: $0[0], dewPoint: $0[1]) })
}
