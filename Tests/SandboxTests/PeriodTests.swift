import Essentials
import Testing

@testable import Sandbox

@Suite struct PeriodTests {
  @Test(arguments: [
    ("20240131", "2024-01-31", "2024-01-31"), ("2024-01-31", "2024-01-31", "2024-01-31"),
    ("2024W5", "2024-01-29", "2024-02-04"), ("2024W05", "2024-01-29", "2024-02-04"),
    ("2025W1", "2024-12-30", "2025-01-05"), ("2020W53", "2020-12-28", "2021-01-03"),
    ("2024WedW1", "2024-01-03", "2024-01-09"), ("2024SunW1", "2023-12-31", "2024-01-06"),
    ("2024BiW3", "2024-01-29", "2024-02-11"), ("202402", "2024-02-01", "2024-02-29"),
    ("202406B", "2024-11-01", "2024-12-31"), ("2024Q1", "2024-01-01", "2024-03-31"),
    ("2024NovQ1", "2023-11-01", "2024-01-31"), ("2024S2", "2024-07-01", "2024-12-31"),
    ("2024AprilS2", "2024-10-01", "2025-03-31"), ("2024NovS1", "2023-11-01", "2024-04-30"),
    ("2024", "2024-01-01", "2024-12-31"), ("2024April", "2024-04-01", "2025-03-31"),
    ("2024Nov", "2023-11-01", "2024-10-31"), ("2024Sep", "2024-09-01", "2025-08-31"),
  ])
  func periodsHaveTheirDays(text: String, start: String, end: String) throws {
    let period = try #require(Period(text, version: .v2_42))
    #expect(period.start.description == start)
    #expect(period.end.description == end)
  }

  @Test(arguments: [
    "2021W53", "2024W0", "202413", "20240230", "2024Q5", "2024S3", "202407B", "2024FriW1", "2024Feb", "24",
    "",
  ])
  func otherTextsAreNone(text: String) {
    #expect(Period(text, version: .v2_42) == nil)
  }

  @Test func periodsFollowOneAnother() throws {
    #expect(try #require(Period("202412", version: .v2_42)).adding(2).iso == "202502")
    #expect(try #require(Period("2025W1", version: .v2_42)).adding(-1).iso == "2024W52")
  }
}
