import Climate
import Essentials
import FoundationEssentials
import Testing

/// Days from hours, worked out by hand on one cell.
@Suite struct DailyTests {
  let grid: Grid
  init() throws { grid = try Grid(latitudes: [0.5], longitudes: [0.5]) }

  /// Hourly values of one cell from an hour of 1970-01-01 on.
  private func field(
    from first: Int, _ values: [Double], without: Set<Int> = [], versions: [DataVersion]? = nil
  ) throws -> Field {
    let kept = values.indices.filter { !without.contains(first + $0) }
    return try Field(
      grid: grid, times: kept.map { Date(timeIntervalSince1970: Double(first + $0) * 3600) },
      versions: versions.map { all in kept.map { all[$0] } }, values: kept.map { values[$0] })
  }

  /// What ERA5-Land stores of a rain of so much an hour, from hour 0 on: the sum since midnight UTC; at 00 UTC that of
  /// the whole day before.
  private func accumulated(_ hourly: [Double]) -> [Double] {
    var running = 0.0
    return hourly.enumerated().map { hour, rain in
      // The stamp `hour + 1` is the end of the hour.
      running = hour % 24 == 0 ? rain : running + rain
      return running
    }
  }

  private func values(_ days: PeriodField) -> [String: Double] {
    Dictionary(
      uniqueKeysWithValues: days.periods.enumerated().map { ($1.id, days.field[time: $0, row: 0, column: 0]) }
    )
  }

  private func close(_ left: [String: Double], _ right: [String: Double]) -> Bool {
    left.keys == right.keys && left.allSatisfy { abs($0.value - (right[$0.key] ?? .nan)) < 1e-12 }
  }

  @Test func aDayOfUTCIsTheStampOfTheNextMidnight() throws {
    let rain = (0..<48).map { Double($0) }
    let days = try field(from: 1, accumulated(rain)).dailyTotals()
    #expect(values(days) == ["19700101": 276, "19700102": 852])
    #expect(days.incomplete.isEmpty)
    #expect(days.notes == ["total of the day in UTC+00:00: the stamp of 00 UTC of the next day"])
    // Only the stamps of midnight are needed.
    let two = try Field(
      grid: grid, times: [86_400, 172_800].map { Date(timeIntervalSince1970: $0) }, values: [5, 7])
    #expect(values(two.dailyTotals()) == ["19700101": 5, "19700102": 7])
  }

  @Test(arguments: [3, 5, 10, -4, -11]) func localDaysAreTheirTwentyFourHours(offset: Int) throws {
    let rain = (0..<72).map { Double(($0 * 7) % 23) }
    let days = try field(from: 1, accumulated(rain)).dailyTotals(offset: #require(UTCOffset(hours: offset)))
    // Local midnight is hour -offset of the rain.
    var expected: [String: Double] = [:]
    for (number, day) in ["19691231", "19700101", "19700102", "19700103"].enumerated() {
      let start = (number - 1) * 24 - offset
      if start >= 0, start + 24 <= 72 { expected[day] = rain[start..<start + 24].reduce(0, +) }
    }
    #expect(expected.count == 2)
    #expect(close(values(days), expected))
    #expect(!days.incomplete.isEmpty)
  }

  @Test func quartersOfAnHourAreDividedEvenly() throws {
    let rain = (0..<72).map { Double($0 % 5 + 1) }
    let all = try field(from: 1, accumulated(rain))
    // Nepal: local midnight is 18:15 UTC, three quarters of the hour from 18 to 19 belong to the new day.
    let nepal = all.dailyTotals(offset: try #require(UTCOffset(minutes: 345)))
    let expected = 0.75 * rain[18] + rain[19..<42].reduce(0, +) + 0.25 * rain[42]
    #expect(abs(try #require(values(nepal)["19700102"]) - expected) < 1e-12)
    #expect(nepal.notes.count == 2 && nepal.notes[1].contains("evenly"))
    let india = all.dailyTotals(offset: try #require(UTCOffset(minutes: 330)))
    let half = 0.5 * rain[18] + rain[19..<42].reduce(0, +) + 0.5 * rain[42]
    #expect(abs(try #require(values(india)["19700102"]) - half) < 1e-12)
    #expect(values(india).count == 2)
  }

  @Test func packingNoiseIsNoReset() throws {
    // Dry hours whose stored sums tremble: taking a fall for a reset would add the sum again.
    var sums = accumulated(Array(repeating: 0.0, count: 8) + [0.01] + Array(repeating: 0, count: 39))
    for hour in stride(from: 9, to: 24, by: 2) { sums[hour] -= 4e-8 }
    let days = try field(from: 1, sums).dailyTotals(offset: #require(UTCOffset(hours: -1)))
    let found = try #require(values(days)["19700101"])
    #expect(abs(found - 0.01) < 1e-6)
  }

  @Test func aDayWithAMissingStampIsNoDay() throws {
    let rain = (0..<72).map { _ in 1.0 }
    let offset = try #require(UTCOffset(hours: 3))
    let days = try field(from: 1, accumulated(rain), without: [30]).dailyTotals(offset: offset)
    #expect(values(days).keys.sorted() == ["19700103"])
    #expect(days.incomplete.map(\.period.id) == ["19700101", "19700102", "19700104"])
    #expect(days.incomplete[1].missing == 1)
    // The stamp before the first hour of a local day is needed as well, but at midnight UTC.
    let before = try field(from: 1, accumulated(rain), without: [21]).dailyTotals(offset: offset)
    #expect(values(before).keys.sorted() == ["19700103"])
    let midnight = try field(from: 1, accumulated(rain), without: [24]).dailyTotals()
    #expect(values(midnight).keys.sorted() == ["19700102", "19700103"])
  }

  @Test func meansAndExtremesOfTheLocalDay() throws {
    let temperatures = (0..<72).map { 280 + Double(($0 * 5) % 24) }
    let all = try field(from: 0, temperatures)
    let offset = try #require(UTCOffset(hours: 5))
    for statistic in DailyStatistic.allCases {
      let day = temperatures[19..<43]
      let expected =
        switch statistic {
        case .mean: day.reduce(0, +) / 24
        case .minimum: day.min() ?? 0
        case .maximum: day.max() ?? 0
        }
      let days = all.daily(statistic, offset: offset)
      #expect(abs(try #require(values(days)["19700102"]) - expected) < 1e-12)
      #expect(days.periods.map(\.id) == ["19700102", "19700103"])
      #expect(days.incomplete.map(\.period.id) == ["19700101", "19700104"])
    }
    // Half past: stamps at 18:30 UTC would be local midnight; the first is 19 UTC, 00:30 local.
    let india = all.daily(.mean, offset: try #require(UTCOffset(minutes: 330)))
    #expect(abs(try #require(values(india)["19700102"]) - temperatures[19..<43].reduce(0, +) / 24) < 1e-12)
    #expect(india.notes.last == "the hourly values lie 30 minutes past the local hour")
    // A quarter to: 19 UTC is 00:45 local; nine and a half hours behind UTC, 10 UTC is 00:30.
    let nepal = all.daily(.mean, offset: try #require(UTCOffset(minutes: 345)))
    #expect(nepal.notes.last == "the hourly values lie 45 minutes past the local hour")
    let marquesas = all.daily(.mean, offset: try #require(UTCOffset(minutes: -570)))
    #expect(marquesas.notes.last == "the hourly values lie 30 minutes past the local hour")
  }

  @Test func aCellWithoutAValueHasNoneForTheDay() throws {
    var temperatures = (0..<48).map { Double($0) }
    temperatures[30] = .nan
    let days = values(try field(from: 0, temperatures).daily(.maximum))
    #expect(days["19700101"] == 23)
    #expect(days["19700102"]?.isNaN == true)
    var sums = accumulated((0..<72).map { _ in 1.0 })
    sums[40] = .nan
    let totals = values(try field(from: 1, sums).dailyTotals(offset: #require(UTCOffset(hours: 1))))
    #expect(totals["19700102"]?.isNaN == true)
    #expect(totals["19700103"] == 24)
  }

  @Test func aDayIsAsPreliminaryAsItsWorstHour() throws {
    var versions = [DataVersion](repeating: .final, count: 72)
    versions[47] = .preliminary
    let days = try field(from: 0, (0..<72).map { Double($0) }, versions: versions).daily(.mean)
    #expect(days.field.versions == [.final, .preliminary, .final])
  }

  @Test func daysBecomeWeeksAndMonths() throws {
    // 1970-01-01 to 1970-02-28, day n has the value n.
    let days = try Field(
      grid: grid, times: (1...59).map { Date(timeIntervalSince1970: Double($0) * 86_400) },
      values: (1...59).map { Double($0) }
    ).dailyTotals()
    #expect(values(try days.aggregated(to: .month, .sum)) == ["197001": 496, "197002": 1274])
    #expect(values(try days.aggregated(to: .month, .mean))["197001"] == 16)
    #expect(
      values(try days.aggregated(to: .dekad, .maximum)) == [
        "197001D1": 10, "197001D2": 20, "197001D3": 31, "197002D1": 41, "197002D2": 51, "197002D3": 59,
      ])
    // The first and the last week lack days.
    let weeks = try days.aggregated(to: .isoWeek, .sum)
    #expect(
      weeks.periods.first?.id == "1970W2"
        && weeks.field[time: 0, row: 0, column: 0] == 5 + 6 + 7 + 8 + 9 + 10 + 11)
    #expect(weeks.incomplete.map(\.period.id) == ["1970W1", "1970W9"])
    #expect(weeks.incomplete[0].missing == 3)
    #expect(try days.aggregated(to: .quarter, .sum).periods.isEmpty)
    #expect(throws: ClimateFailure.self) { try weeks.aggregated(to: .month, .sum) }
  }

  @Test func monthsWithAMissingDayAreNoMonths() throws {
    let days = try Field(
      grid: grid,
      times: (1...59).filter { $0 != 40 }.map { Date(timeIntervalSince1970: Double($0) * 86_400) },
      values: (1...58).map { Double($0) }
    ).dailyTotals()
    let months = try days.aggregated(to: .month, .sum)
    #expect(months.periods.map(\.id) == ["197001"])
    #expect(months.incomplete.map(\.period.id) == ["197002"] && months.incomplete[0].missing == 1)
  }
}
