import Climate
import Essentials
import FoundationEssentials
import Testing

@Suite struct MonthlyMeansTests {
  private func series(_ months: [String], _ values: [Double], id: String = "a", version: DataVersion = .final)
    throws -> ZonalSeries
  {
    let grid = try Grid(latitudes: [0.5], longitudes: [0.5])
    let times = try months.map { try #require(CalendarMonth($0)).firstDay.startOfDayUTC }
    let field = try Field(grid: grid, times: times, versions: times.map { _ in version }, values: values)
    return try ZonalWeights(
      grid: grid, zones: [Zone(id: id, shape: .point(Point(longitude: 0.5, latitude: 0.5)))]
    ).means(of: field)
  }

  @Test func unitsOfMonthlyMeans() throws {
    let rain = try series(["2024-02", "2025-02", "2025-07"], [0.001, 0.001, 0.002]).millimetresPerMonth()
    #expect((0..<3).map { rain[zone: 0, time: $0].value ?? 0 } == [29, 28, 62])
    #expect(try series(["2024-02"], [300.15]).celsius()[zone: 0, time: 0].value == 27)
    #expect(rain.months.map(\.description) == ["2024-02", "2025-02", "2025-07"])
  }

  @Test func faultyMonthsAreRefused() throws {
    #expect(FaultyMonths.accumulations.lowerBound.description == "2022-09")
    #expect(FaultyMonths.accumulations.upperBound.description == "2024-02")
    #expect(try series(["2022-08", "2024-03"], [1, 2]).refusingFaultyMonths().months.count == 2)
    #expect {
      _ = try series(["2022-08", "2022-09", "2024-02"], [1, 2, 3]).refusingFaultyMonths()
    } throws: {
      FailureKind(of: $0) == .rejected && "\($0)".contains("2 months from 2022-09 to 2024-02")
        && "\($0)".contains("hourly")
    }
  }

  @Test func faultyMonthsAreReplacedByTotals() throws {
    let means = try series(["2022-08", "2022-09", "2022-10"], [1, 2, 3])
    let totals = try series(["2022-10", "2022-09"], [30, 20], version: .preliminary)
    let whole = try means.replacingFaultyMonths(with: totals)
    #expect((0..<3).map { whole[zone: 0, time: $0].value ?? 0 } == [1, 20, 30])
    #expect(whole.versions == [.final, .preliminary, .preliminary])
    #expect(throws: ClimateFailure.self) { try means.replacingFaultyMonths(with: series(["2022-10"], [1])) }
    #expect(throws: ClimateFailure.self) {
      try means.replacingFaultyMonths(with: series(["2022-09", "2022-10"], [1, 2], id: "b"))
    }
  }
}
