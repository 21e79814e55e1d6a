import Climate
import Essentials
import FoundationEssentials
import Testing

@Suite struct IndicatorTests {
  let grid: Grid
  init() throws { grid = try Grid(latitudes: [0.5], longitudes: [0.5, 1.5]) }

  private func field(_ value: (Int, Int) -> Double) throws -> Field {
    try Field(
      grid: grid, times: (0..<25).map { Date(timeIntervalSince1970: Double($0) * 3600) },
      values: (0..<25).flatMap { hour in (0..<2).map { value(hour, $0) } })
  }

  @Test func eachSaysWhatItIs() {
    #expect(Set(Indicator.all.map(\.id)).count == 11)
    for indicator in Indicator.all {
      for text in [
        indicator.title, indicator.unit, indicator.formula, indicator.source, indicator.definition,
      ] {
        #expect(!text.isEmpty)
      }
      #expect(!indicator.variables.isEmpty)
    }
  }

  @Test func whatIsNotLinearIsMadeHourByHour() throws {
    // A wind that turns round at noon: calm on average as a vector, and never calm.
    let u = try field { hour, cell in hour < 12 ? 3 + Double(cell) : -3 - Double(cell) }
    let v = try field { hour, cell in 0 }
    let days = try Indicator.windSpeed.daily(from: [u, v])
    #expect(days.periods.map(\.id) == ["19700101"])
    #expect(days.field[time: 0, row: 0, column: 0] == 3 && days.field[time: 0, row: 0, column: 1] == 4)
    let t = try field { hour, _ in 290 + Double(hour % 2) * 10 }
    let d = try field { _, _ in 288 }
    let expected =
      (Formulas.relativeHumidity(temperature: 290, dewPoint: 288)
        + Formulas.relativeHumidity(temperature: 300, dewPoint: 288)) / 2
    let humidity = try Indicator.relativeHumidity.daily(from: [t, d]).field[time: 0, row: 0, column: 0]
    #expect(abs(humidity - expected) < 1e-9)
    let heat = try Indicator.heatIndex.daily(from: [t, d]).field[time: 0, row: 0, column: 0]
    #expect(heat == Formulas.heatIndex(temperature: 300, dewPoint: 288))
  }

  @Test func unitsOfWhatIsLinear() throws {
    let rain = try field { hour, cell in Double((hour + 23) % 24 + 1) * 0.001 * Double(cell + 1) }
    let days = try Indicator.precipitation.daily(from: [rain])
    // The stamp of 00 UTC on the first day is the total of the day before.
    #expect(days.periods.map(\.id) == ["19691231", "19700101"])
    #expect(abs(days.field[time: 1, row: 0, column: 1] - 48) < 1e-12)
    #expect(days.notes.last == "tp x 1000")
    let sun = try field { _, _ in 8_640_000 }
    #expect(try Indicator.solarRadiation.daily(from: [sun]).field[time: 0, row: 0, column: 0] == 100)
    let t = try field { hour, _ in 273.15 + Double(hour) }
    #expect(
      abs(try Indicator.temperatureMean.daily(from: [t]).field[time: 0, row: 0, column: 0] - 11.5) < 1e-9)
    #expect(
      abs(try Indicator.temperatureMaximum.daily(from: [t]).field[time: 0, row: 0, column: 0] - 23) < 1e-9)
    #expect(abs(try Indicator.temperatureMinimum.daily(from: [t]).field[time: 0, row: 0, column: 0]) < 1e-9)
    #expect(
      abs(try Indicator.skinTemperature.daily(from: [t]).field[time: 0, row: 0, column: 0] - 11.5) < 1e-9)
  }

  @Test func fieldsThatDoNotFitTogetherAreRefused() throws {
    let u = try field { _, _ in 1 }
    let other = try Field(grid: grid, times: [Date(timeIntervalSince1970: 0)], values: [1, 2])
    #expect { try Indicator.windSpeed.daily(from: [u, other]) } throws: {
      FailureKind(of: $0) == .rejected && "\($0)".contains("u10 and v10")
    }
    #expect(throws: ClimateFailure.self) { try Indicator.windSpeed.daily(from: [u]) }
  }

  @Test func madeOfMonthlyMeansItSaysSo() {
    #expect(Indicator.windSpeed.titleOfMeans == "Wind speed (of the monthly means of its variables)")
    #expect(Indicator.windSpeed.definitionOfMeans.contains("from monthly means of u10 and v10"))
    #expect(Indicator.temperatureMean.titleOfMeans == "Mean temperature")
    // The mean of a month says nothing of its lowest hours, linear or not.
    #expect(
      Indicator.temperatureMinimum.titleOfMeans
        == "Minimum temperature (of the monthly means of its variables)")
    #expect(Indicator.temperatureMaximum.definitionOfMeans.contains("from monthly means of t2m"))
    #expect(
      Indicator.all.filter(\.canBeMadeOfMeans).map(\.id) == [
        "temperature_mean", "precipitation", "skin_temperature", "solar_radiation", "soil_moisture",
      ])
  }
}
