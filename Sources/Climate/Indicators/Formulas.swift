internal import Glibc

/// The formulas behind the indicators, each with its source. Pure functions of single values; NaN gives NaN.
public enum Formulas {
  /// The pressure of saturated vapour over water in Pa, at a temperature in kelvin.
  ///
  /// 611.21 exp(17.502 (T - 273.16) / (T - 32.19)): ECMWF, IFS documentation CY41r2, part IV, equation 7.5.
  public static func saturationVapourPressure(kelvin: Double) -> Double {
    611.21 * exp(17.502 * (kelvin - 273.16) / (kelvin - 32.19))
  }

  /// Relative humidity over water in percent, 0...100, from temperature and dew point in kelvin: 100 es(Td) / es(T).
  public static func relativeHumidity(temperature: Double, dewPoint: Double) -> Double {
    let ratio = saturationVapourPressure(kelvin: dewPoint) / saturationVapourPressure(kelvin: temperature)
    return ratio.isNaN ? .nan : min(100, max(0, 100 * ratio))
  }

  /// The speed of the wind in m/s from its components: sqrt(u^2 + v^2).
  public static func windSpeed(eastward: Double, northward: Double) -> Double {
    (eastward * eastward + northward * northward).squareRoot()
  }

  /// How much vapour the air could still take up, in kPa, from temperature and dew point in kelvin:
  /// (es(T) - es(Td)) / 1000, not below zero.
  public static func vapourPressureDeficit(temperature: Double, dewPoint: Double) -> Double {
    let deficit = saturationVapourPressure(kelvin: temperature) - saturationVapourPressure(kelvin: dewPoint)
    return deficit.isNaN ? .nan : max(0, deficit / 1000)
  }

  /// The heat index in degrees Fahrenheit, from a temperature in degrees Fahrenheit and relative humidity in percent.
  ///
  /// Rothfusz's regression with the adjustments of the National Weather Service, and Steadman's simple formula where
  /// its mean with the temperature stays below 80: https://www.wpc.ncep.noaa.gov/html/heatindex_equation.shtml.
  public static func heatIndex(fahrenheit t: Double, humidity r: Double) -> Double {
    let simple = 0.5 * (t + 61 + (t - 68) * 1.2 + r * 0.094)
    let first = (simple + t) / 2
    guard first >= 80 else { return first }
    var index = -42.379 + 2.049_015_23 * t + 10.143_331_27 * r - 0.224_755_41 * t * r
    index += -0.006_837_83 * t * t - 0.054_817_17 * r * r + 0.001_228_74 * t * t * r
    index += 0.000_852_82 * t * r * r - 0.000_001_99 * t * t * r * r
    if r < 13, (80...112).contains(t) { index -= (13 - r) / 4 * ((17 - abs(t - 95)) / 17).squareRoot() }
    if r > 85, (80...87).contains(t) { index += (r - 85) / 10 * (87 - t) / 5 }
    return index
  }

  /// The heat index in degrees Celsius, from temperature and dew point in kelvin.
  public static func heatIndex(temperature: Double, dewPoint: Double) -> Double {
    let humidity = relativeHumidity(temperature: temperature, dewPoint: dewPoint)
    return (heatIndex(fahrenheit: (temperature - 273.15) * 1.8 + 32, humidity: humidity) - 32) / 1.8
  }
}
