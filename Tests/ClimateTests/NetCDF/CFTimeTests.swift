import Climate
import Testing

@Suite struct CFTimeTests {
  @Test(arguments: [
    ("seconds since 1970-01-01", 1_704_067_200.0, 1_704_067_200),
    ("hours since 1900-01-01 00:00:00.0", 1_096_488, 1_738_368_000),
    ("days since 2025-07-01 00:00:00", 30, 1_753_920_000), ("days since 2000-1-1", 0.5, 946_728_000),
    ("minutes since 1970-01-01T06:30:00Z", 2, 23_520), ("hours since 1970-01-01 00:00 +03:00", 3, 0),
    ("hours since 1970-01-01 00:00 +0530", 6, 1800), ("hours since 1970-01-01 00:00 -3", 0, 10_800),
    ("hours since 1969-12-31 23:00:00 UTC", 1, 0), ("milliseconds since 1970-01-01", 1999.6, 2),
  ])
  func unitsOfTime(text: String, value: Double, expected: Int) throws {
    #expect(try #require(CFTime(text)).epochSeconds(value) == expected)
  }

  @Test(arguments: [
    "K", "m s**-1", "seconds", "fortnights since 1970-01-01", "days since yesterday", "days since 2001-02-30",
    "1", "hours since 1970-01-01 25:00", "hours since 1970-01-01 00:61",
    "hours since 1970-01-01 00:00 +99:00",
  ])
  func otherUnits(text: String) { #expect(CFTime(text) == nil) }
}
