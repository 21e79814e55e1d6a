import Essentials
import Testing

@Suite("Periods by their ids") struct PeriodTests {
  @Test(
    "An id names its days",
    arguments: [
      "20240229": ("2024-02-29", "2024-02-29"), "2024W1": ("2024-01-01", "2024-01-07"),
      "2020W53": ("2020-12-28", "2021-01-03"), "2025W1": ("2024-12-30", "2025-01-05"),
      "2025SunW5": ("2025-01-26", "2025-02-01"), "202402D3": ("2024-02-21", "2024-02-29"),
      "202502": ("2025-02-01", "2025-02-28"), "2025Q4": ("2025-10-01", "2025-12-31"),
    ])
  func days(id: String, days: (String, String)) throws {
    let period = try #require(Period(id: id))
    #expect(period.firstDay.description == days.0)
    #expect(period.lastDay.description == days.1)
    #expect(period.id == id)
  }

  @Test(
    "What is no id is refused",
    arguments: [
      "", "2025", "20250230", "202513", "2025Q5", "2025Q0", "2021W53", "2025W0", "2025W05", "202502D4",
      "2025X1", "2025-02", "٢٠٢٥02",
    ])
  func noPeriod(id: String) { #expect(Period(id: id) == nil) }
}
