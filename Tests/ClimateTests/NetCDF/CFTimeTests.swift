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
    ("hours since 2025-07-01 00:00:00+00:00", 1, 1_751_331_600),
    ("hours since 1970-01-01T05:30:00+05:30", 0, 0), ("hours since 1970-01-01 00:00:00-03:00", 0, 10_800),
    ("Hours Since 1970-01-01 00:00:00 utc", 1, 3600), ("hours since 1970-01-01 01:00z", 1, 7200),
    ("weeks since 1970-01-01", 2, 1_209_600), ("microseconds since 1970-01-01", 2.6e6, 3),
    ("nanoseconds since 1970-01-01", 3600e9, 3600),
  ])
  func unitsOfTime(text: String, value: Double, expected: Int) throws {
    #expect(try #require(CFTime(text)).epochSeconds(value) == expected)
  }

  @Test(arguments: [
    "K", "m s**-1", "seconds", "fortnights since 1970-01-01", "days since yesterday", "days since 2001-02-30",
    "1", "hours since 1970-01-01 25:00", "hours since 1970-01-01 00:61",
    "hours since 1970-01-01 00:00 +99:00", "months since 2025-07-01", "days since -1-01-01",
    "hours since 1970-01-01 00:00+", "hours since 1970-01-01 00:00:00+99:00",
  ])
  func otherUnits(text: String) { #expect(CFTime(text) == nil) }

  /// Julian day numbers: 1,721,424 for 1 January 1 of the Julian calendar, 1,721,426 for that of the Gregorian one, 2,268,992
  /// for 29 February 1500, 2,299,160 for 4 October 1582, 2,440,588 for 1 January 1970.
  @Test(
    "Before 1582-10-15 the calendar that most files name is the Julian one",
    arguments: [
      ("days since 1-1-1 00:00:00", CFCalendar.mixed, 739_600.0, 1_765_670_400),
      ("days since 1-1-1 00:00:00", .prolepticGregorian, 739_598, 1_765_670_400),
      ("days since 1500-02-29", .mixed, 171_596, 0), ("days since 1582-10-04", .mixed, 141_428, 0),
      ("days since 1582-10-15", .mixed, 141_427, 0),
      ("days since 1582-10-15", .prolepticGregorian, 141_427, 0),
    ])
  func origins(text: String, calendar: CFCalendar, value: Double, expected: Int) throws {
    #expect(try #require(CFTime(text, calendar: calendar)).epochSeconds(value) == expected)
  }

  @Test("Days that a calendar does not have are no origin") func daysThatThereAreNot() {
    #expect(CFTime("days since 1582-10-10", calendar: .mixed) == nil)
    #expect(CFTime("days since 0-1-1", calendar: .mixed) == nil)
    #expect(CFTime("days since 1500-02-29", calendar: .prolepticGregorian) == nil)
    #expect(CFTime("days since 1501-02-29", calendar: .mixed) == nil)
  }
}
