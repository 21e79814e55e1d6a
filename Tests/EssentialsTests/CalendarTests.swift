import Essentials
import FoundationEssentials
import Testing

@Suite("Days and months") struct CalendarTests {
  @Test(
    "Days are counted from 1970-01-01",
    arguments: [
      ("1970-01-01", 0), ("1969-12-31", -1), ("2000-02-29", 11_016), ("2024-03-01", 19_783),
      ("1900-01-01", -25_567),
    ])
  func daysSinceEpoch(text: String, days: Int) throws {
    let date = try #require(CalendarDate(text))
    #expect(date.daysSinceEpoch == days)
    #expect(CalendarDate(daysSinceEpoch: days) == date)
    #expect(date.description == text)
  }

  @Test(
    "What is no day or month is refused",
    arguments: [
      "2023-02-29", "1900-02-29", "2024-13-01", "2024-1-01", "2024-01-1", "24-01-01", "2024-01", "",
      "2024-00-10", "+024-01-01",
    ])
  func noDay(text: String) { #expect(CalendarDate(text) == nil) }

  @Test(
    "What is no month is refused",
    arguments: ["2024", "2024-00", "2024-13", "2024-1", "0000-01", "2024-01-01", "20-2401"])
  func noMonth(text: String) { #expect(CalendarMonth(text) == nil) }

  @Test("Months know their length and their neighbours")
  func months() throws {
    let february = try #require(CalendarMonth("2024-02"))
    #expect(february.length == 29)
    #expect(february.lastDay.description == "2024-02-29")
    #expect(february.adding(months: -2).description == "2023-12")
    #expect(february.adding(months: 11).description == "2025-01")
    let range = CalendarMonth.range(february.adding(months: -2), february)
    #expect(range.map(\.description) == ["2023-12", "2024-01", "2024-02"])
    #expect(CalendarMonth.range(february, february.adding(months: -1)) == [])
  }

  @Test("A moment before 1970 belongs to its own day")
  func utcDay() { #expect(CalendarDate(utc: Date(timeIntervalSince1970: -1)).description == "1969-12-31") }
}
