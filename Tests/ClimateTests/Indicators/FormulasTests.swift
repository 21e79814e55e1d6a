import Climate
import Testing

/// The formulas against published values, and against MetPy 1.7.1 and xclim 0.62.0 (`make test-indicators`
/// compares many more values).
@Suite struct FormulasTests {
  @Test(arguments: [
    // Temperature and dew point in kelvin; xclim's relative_humidity(method: "ecmwf"), MetPy's (Bolton's formula).
    (300.15, 295.15, 74.136_033_030_111_93, 74.173_077_110_887_18),
    (303.15, 298.15, 74.630_812_298_556_1, 74.677_794_725_494_21),
    (310.15, 297.15, 47.499_884_883_877_46, 47.595_887_045_599_206),
    (288.15, 280.15, 58.766_255_728_641_57, 58.775_210_821_026_41),
    (275.15, 273.65, 89.777_522_715_454_15, 89.778_659_318_295_88),
  ])
  func relativeHumidity(temperature: Double, dewPoint: Double, xclim: Double, metPy: Double) {
    let found = Formulas.relativeHumidity(temperature: temperature, dewPoint: dewPoint)
    #expect(abs(found - xclim) < 1e-3)
    #expect(abs(found - metPy) < 0.15)
  }

  @Test func humidityStaysWithinItsBounds() {
    #expect(Formulas.relativeHumidity(temperature: 290, dewPoint: 290) == 100)
    #expect(Formulas.relativeHumidity(temperature: 290, dewPoint: 290.01) == 100)
    #expect(Formulas.relativeHumidity(temperature: 290, dewPoint: .nan).isNaN)
    #expect(Formulas.vapourPressureDeficit(temperature: 290, dewPoint: 291) == 0)
    #expect(Formulas.vapourPressureDeficit(temperature: .nan, dewPoint: 291).isNaN)
  }

  @Test func saturationVapourPressure() {
    // By definition at the triple point; at 20 and 30 °C the World Meteorological Organization (CIMO guide, 2014) has
    // 23.37 and 42.43 hPa.
    #expect(Formulas.saturationVapourPressure(kelvin: 273.16) == 611.21)
    #expect(abs(Formulas.saturationVapourPressure(kelvin: 293.15) - 2337) < 4)
    #expect(abs(Formulas.saturationVapourPressure(kelvin: 303.15) - 4243) < 5)
    // FAO paper 56, table 2.3: 3.168 kPa at 25 °C and 1.938 kPa at 17 °C.
    #expect(
      abs(Formulas.vapourPressureDeficit(temperature: 298.15, dewPoint: 290.15) - (3.168 - 1.938)) < 3e-3)
  }

  @Test(arguments: [
    // °F and %, and the index in °F by MetPy; xclim leaves out the adjustments and agrees otherwise.
    (90.0, 50.0, 94.596_941_2), (96, 60, 116.131_161_8), (100, 60, 129.489_027_2),
    (110, 40, 135.656_987_1), (86, 90, 105.394_364_6), (100, 10, 94.122_482_662_187),
    (82, 88, 91.223_748_659_96),
  ])
  func heatIndex(temperature: Double, humidity: Double, expected: Double) {
    #expect(abs(Formulas.heatIndex(fahrenheit: temperature, humidity: humidity) - expected) < 1e-6)
  }

  @Test(arguments: [
    (90.0, 50.0, 95.0), (96, 60, 116), (100, 55, 124), (86, 90, 105), (80, 40, 80), (104, 40, 119),
    (110, 40, 136),
  ])
  func heatIndexOfTheNationalWeatherServicesChart(temperature: Double, humidity: Double, expected: Double) {
    #expect(abs(Formulas.heatIndex(fahrenheit: temperature, humidity: humidity) - expected) <= 0.61)
  }

  @Test func belowEightyTheSimpleFormulaIsAveragedWithTheTemperature() {
    // Half of (T + 61 + 1.2 (T - 68) + 0.094 R), then half way to T; MetPy and xclim leave out the second step.
    #expect(abs(Formulas.heatIndex(fahrenheit: 75, humidity: 60) - (75.02 + 75) / 2) < 1e-9)
    #expect(abs(Formulas.heatIndex(fahrenheit: 80, humidity: 40) - (79.58 + 80) / 2) < 1e-9)
  }

  @Test func wind() {
    #expect(Formulas.windSpeed(eastward: 3, northward: -4) == 5)
    #expect(Formulas.windSpeed(eastward: .nan, northward: 1).isNaN)
  }
}
