import Connectors
import Essentials
import Testing

@Suite("Periods and calendars of DHIS2") struct CalendarTests {
  private func day(_ text: String) -> CalendarDate {
    CalendarDate(text) ?? CalendarDate(daysSinceEpoch: -100_000)
  }

  @Test(
    "Ids of all period types are read, and cover the days that DHIS2 says",
    arguments: [
      ("20240131", PeriodType.daily, "2024-01-31", "2024-01-31"),
      ("2024W5", .weekly, "2024-01-29", "2024-02-04"),
      ("2020W53", .weekly, "2020-12-28", "2021-01-03"),
      ("2025W1", .weekly, "2024-12-30", "2025-01-05"),
      ("2024WedW5", .weeklyWednesday, "2024-01-31", "2024-02-06"),
      ("2024ThuW5", .weeklyThursday, "2024-02-01", "2024-02-07"),
      ("2024FriW5", .weeklyFriday, "2024-01-26", "2024-02-01"),
      ("2024SatW5", .weeklySaturday, "2024-01-27", "2024-02-02"),
      ("2024SunW5", .weeklySunday, "2024-01-28", "2024-02-03"),
      ("2024BiW3", .biWeekly, "2024-01-29", "2024-02-11"),
      ("202402", .monthly, "2024-02-01", "2024-02-29"),
      ("202401B", .biMonthly, "2024-01-01", "2024-02-29"),
      ("202406B", .biMonthly, "2024-11-01", "2024-12-31"),
      ("2024Q1", .quarterly, "2024-01-01", "2024-03-31"),
      ("2024NovQ1", .quarterlyNov, "2023-11-01", "2024-01-31"),
      ("2024S2", .sixMonthly, "2024-07-01", "2024-12-31"),
      ("2024AprilS2", .sixMonthlyApril, "2024-10-01", "2025-03-31"),
      ("2024NovS1", .sixMonthlyNov, "2023-11-01", "2024-04-30"),
      ("2024", .yearly, "2024-01-01", "2024-12-31"),
      ("2024Feb", .financialFeb, "2024-02-01", "2025-01-31"),
      ("2024April", .financialApril, "2024-04-01", "2025-03-31"),
      ("2024July", .financialJuly, "2024-07-01", "2025-06-30"),
      ("2024Aug", .financialAug, "2024-08-01", "2025-07-31"),
      ("2024Sep", .financialSep, "2024-09-01", "2025-08-31"),
      ("2024Oct", .financialOct, "2024-10-01", "2025-09-30"),
      ("2024Nov", .financialNov, "2023-11-01", "2024-10-31"),
    ])
  func ids(id: String, type: PeriodType, first: String, last: String) throws {
    let period = try #require(DHIS2Period(id: id))
    #expect(period.type == type && period.id == id)
    #expect(period.firstDay.description == first && period.lastDay.description == last)
    #expect(DHIS2Period(type, containing: period.lastDay) == period)
  }

  @Test(
    "Every day of ten years is in exactly one period of each type, which reads back as itself",
    arguments: PeriodType.allCases)
  func tiling(type: PeriodType) throws {
    var period = try #require(DHIS2Period(type, containing: day("2016-01-01")))
    while period.lastDay < day("2026-01-01") {
      #expect(DHIS2Period(id: period.id) == period)
      let next = try #require(period.adding(1))
      if period.id.hasSuffix("BiW27") {
        // Week 53 stands alone in the last fortnight of its year, which reaches into the first of the next.
        #expect(next.firstDay == period.firstDay.adding(days: 7))
      } else {
        #expect(next.firstDay == period.lastDay.adding(days: 1))
      }
      #expect(next.adding(-1) == period)
      period = next
    }
  }

  @Test("Other spellings that DHIS2 reads come out as it writes them")
  func spellings() {
    #expect(DHIS2Period(id: "2024W05")?.id == "2024W5")
    #expect(DHIS2Period(id: "2024-01-31")?.id == "20240131")
  }

  @Test(
    "What is no period is none",
    arguments: [
      "", "24", "202413", "202400", "20240230", "2023W53", "2024W54", "2024W0", "2024Q5", "202407B", "2024S3",
      "2024X1", "LAST_MONTH", "2024 01", "202401 ", "0000", "2024W+5", "２０２４", "2024NovQ5",
    ])
  func none(text: String) { #expect(DHIS2Period(id: text) == nil) }

  @Test("Releases have the types that they brought")
  func releases() {
    #expect(!PeriodType.weeklyFriday.exists(in: DHIS2Version(2, 42)))
    #expect(PeriodType.weeklyFriday.exists(in: DHIS2Version(2, 43)))
    #expect(PeriodType.financialSep.exists(in: DHIS2Version(2, 42)))
    #expect(!PeriodType.financialSep.exists(in: DHIS2Version(2, 41)))
  }

  @Test(
    "Days of the Ethiopian calendar",
    arguments: [
      // New year falls on 11 September, on the 12th before a Gregorian leap year; 7 January is Christmas, 29 Tahsas.
      ("2023-09-12", 2016, 1, 1), ("2022-09-11", 2015, 1, 1), ("2024-01-07", 2016, 4, 28),
      ("2023-01-07", 2015, 4, 29),
      ("2023-09-11", 2015, 13, 6), ("2024-09-10", 2016, 13, 5), ("2007-09-12", 2000, 1, 1),
      ("2023-12-11", 2016, 4, 1),
    ])
  func ethiopian(gregorian: String, year: Int, month: Int, number: Int) throws {
    let date = day(gregorian)
    let found = try #require(LocalCalendar.ethiopian.components(of: date))
    #expect(found == (year, month, number))
    #expect(LocalCalendar.ethiopian.date(year: year, month: month, day: number) == date)
  }

  @Test(
    "Days of the Nepali calendar",
    arguments: [
      ("1943-04-14", 2000, 1, 1), ("2023-04-14", 2080, 1, 1), ("2024-04-12", 2080, 12, 30),
      ("2024-04-13", 2081, 1, 1),
      ("2024-12-31", 2081, 9, 16), ("2025-04-14", 2082, 1, 1), ("2015-04-25", 2072, 1, 12),
      ("1994-04-14", 2051, 1, 1),
    ])
  func nepali(gregorian: String, year: Int, month: Int, number: Int) throws {
    let date = day(gregorian)
    let found = try #require(LocalCalendar.nepali.components(of: date))
    #expect(found == (year, month, number))
    #expect(LocalCalendar.nepali.date(year: year, month: month, day: number) == date)
  }

  @Test("Months of a calendar follow one another without a gap", arguments: LocalCalendar.allCases)
  func months(calendar: LocalCalendar) throws {
    let months = calendar.months(covering: day("2000-01-01"), day("2030-12-31"))
    #expect(months.count > 370)
    for (month, next) in zip(months, months.dropFirst()) {
      #expect(next.firstDay == month.lastDay.adding(days: 1))
      #expect(DHIS2Period(id: month.id, calendar: calendar)?.firstDay == month.firstDay)
    }
    #expect(try #require(months.first).firstDay <= day("2000-01-01"))
  }

  @Test("Months that cover a range")
  func covering() throws {
    let months = LocalCalendar.nepali.months(covering: day("2023-04-14"), day("2023-05-15"))
    #expect(months.map(\.id) == ["208001", "208002"])
    #expect(months[0].length == 31 && months[0].lastDay == day("2023-05-14"))
    let pagume = LocalCalendar.ethiopian.months(covering: day("2023-09-06"), day("2023-09-11"))
    #expect(pagume.map(\.id) == ["201513"] && pagume[0].length == 6)
  }

  @Test("Periods of other calendars")
  func localPeriods() throws {
    let month = try #require(DHIS2Period(id: "201604", calendar: .ethiopian))
    #expect(month.firstDay == day("2023-12-11") && month.lastDay == day("2024-01-09"))
    #expect(DHIS2Period(id: "201613", calendar: .ethiopian)?.type == .monthly)
    #expect(DHIS2Period(id: "201614", calendar: .ethiopian) == nil)
    #expect(DHIS2Period(id: "2016", calendar: .ethiopian)?.lastDay == day("2024-09-10"))
    #expect(DHIS2Period(id: "2016W5", calendar: .ethiopian) == nil)
    #expect(DHIS2Period(id: "2080Q1", calendar: .nepali)?.firstDay == day("2023-04-14"))
    #expect(DHIS2Period(id: "20800131", calendar: .nepali)?.firstDay == day("2023-05-14"))
    #expect(DHIS2Period(id: "20800132", calendar: .nepali) == nil)
    #expect(DHIS2Period(.monthly, containing: day("2300-01-01"), calendar: .nepali) == nil)
  }

  @Test(
    "Months of the Nepali calendar are as long as DHIS2 has them, in years in which others differ, too",
    arguments: [
      (1977, [30, 32, 31, 32, 31, 31, 29, 30, 29, 30, 29, 31]),
      (1993, [31, 31, 31, 32, 31, 31, 30, 29, 30, 29, 30, 30]),
      (2062, [30, 32, 31, 32, 31, 31, 29, 30, 29, 30, 29, 31]),
      (2081, [31, 32, 31, 32, 31, 30, 30, 30, 29, 30, 29, 31]),
      (2093, [31, 32, 31, 32, 31, 30, 30, 30, 29, 30, 30, 30]),
    ])
  func nepaliMonths(year: Int, lengths: [Int]) {
    #expect((1...12).compactMap { LocalCalendar.nepali.length(year: year, month: $0) } == lengths)
  }

  @Test("Years of the Nepali calendar have 364 to 366 days")
  func nepaliYears() throws {
    for year in 1970...2100 {
      let days = (1...12).compactMap { LocalCalendar.nepali.length(year: year, month: $0) }
      #expect(days.count == 12 && (364...366).contains(days.reduce(0, +)), "\(year)")
    }
    #expect(LocalCalendar.nepali.length(year: 2101, month: 1) == nil)
  }
}
