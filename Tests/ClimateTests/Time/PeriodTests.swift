import Climate
import Essentials
import Testing

@Suite struct PeriodTests {
  private func period(_ kind: PeriodKind, _ day: String) throws -> [String] {
    let period = Period(kind, containing: try #require(CalendarDate(day)))
    return [period.id, period.firstDay.description, period.lastDay.description]
  }

  @Test(arguments: [
    (PeriodKind.day, "2025-02-01", ["20250201", "2025-02-01", "2025-02-01"]),
    (.isoWeek, "2021-01-03", ["2020W53", "2020-12-28", "2021-01-03"]),
    (.isoWeek, "2021-01-04", ["2021W1", "2021-01-04", "2021-01-10"]),
    (.isoWeek, "2024-12-30", ["2025W1", "2024-12-30", "2025-01-05"]),
    // CDC's MMWR calendar: 2020 has 53 weeks, 2021 begins on 3 January; 2025 on 29 December 2024.
    (.epidemiologicalWeek, "2021-01-02", ["2020SunW53", "2020-12-27", "2021-01-02"]),
    (.epidemiologicalWeek, "2021-01-03", ["2021SunW1", "2021-01-03", "2021-01-09"]),
    (.epidemiologicalWeek, "2024-12-29", ["2025SunW1", "2024-12-29", "2025-01-04"]),
    (.epidemiologicalWeek, "2023-01-01", ["2023SunW1", "2023-01-01", "2023-01-07"]),
    (.dekad, "2024-02-10", ["202402D1", "2024-02-01", "2024-02-10"]),
    (.dekad, "2024-02-11", ["202402D2", "2024-02-11", "2024-02-20"]),
    (.dekad, "2024-02-29", ["202402D3", "2024-02-21", "2024-02-29"]),
    (.dekad, "2024-01-31", ["202401D3", "2024-01-21", "2024-01-31"]),
    (.month, "2023-02-14", ["202302", "2023-02-01", "2023-02-28"]),
    (.quarter, "2024-12-31", ["2024Q4", "2024-10-01", "2024-12-31"]),
    (.quarter, "2024-01-01", ["2024Q1", "2024-01-01", "2024-03-31"]),
  ])
  func calendars(kind: PeriodKind, day: String, expected: [String]) throws {
    #expect(try period(kind, day) == expected)
  }

  @Test func everyDayBelongsToExactlyOnePeriodOfAKind() throws {
    for kind in PeriodKind.allCases {
      var last: Period?
      for number in 18_000..<21_000 {
        let period = Period(kind, containing: CalendarDate(daysSinceEpoch: number))
        if let last, last != period {
          #expect(period.firstDay.daysSinceEpoch == number && last.lastDay.daysSinceEpoch == number - 1)
          #expect(last.id != period.id)
        }
        last = period
      }
    }
  }

  @Test func offsets() throws {
    for (text, minutes) in [
      ("+05:45", 345), ("-4", -240), ("UTC+3", 180), ("05:30", 330), ("Z", 0), ("utc", 0), ("+14:00", 840),
    ] {
      #expect(UTCOffset(text)?.minutes == minutes, "\(text)")
    }
    for text in ["", "+15", "5:60", "+5:4:3", "east", "-12:30", "+", "++3"] where text != "" {
      #expect(UTCOffset(text) == nil, "\(text)")
    }
    #expect(UTCOffset("+05:45")?.description == "UTC+05:45")
    #expect(UTCOffset(minutes: -210)?.description == "UTC-03:30")
  }
}
