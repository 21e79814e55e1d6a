import FoundationEssentials
import JSON
import Sandbox
import Synchronization
import Testing

/// Periods that are not open: 20 August 2026 is the day.
@Suite struct TimelinessTests {
  /// By period, the codes up to 2.42 and from 2.43 on.
  private func codes(
    _ version: DHIS2Version, _ periods: [String], user: String? = nil, _ query: String = "",
    _ prepare: (Sandbox) async throws -> Void
  ) async throws -> [String] {
    try await withSandbox {
      $0.dhis2Version = version
    } _: { sandbox in
      try await prepare(sandbox)
      var codes: [String] = []
      for period in periods {
        let answer = try await sandbox.post(
          [row("TestElemOne", period, sandbox.units()[0], "1")], query, user: user)
        codes.append(answer.codes.first ?? "\(answer.status)")
      }
      return codes
    }
  }

  @Test(arguments: [(DHIS2Version.v2_40, "E7640"), (.v2_42, "E7640"), (.v2_43, "E8030")])
  func expiryDaysCountFromTheEndOfThePeriod(version: DHIS2Version, code: String) async throws {
    // The end of June is 51 days ago, the end of July 20.
    let found = try await codes(version, ["202607", "202606"]) { try await $0.prepare(expiryDays: 20) }
    #expect(found == ["200", code])
    let admin = try await codes(version, ["202606"], user: "admin") { try await $0.prepare(expiryDays: 20) }
    #expect(admin == ["200"])
  }

  @Test(arguments: [(DHIS2Version.v2_41, "E7641"), (.v2_43, "E8030"), (.v2_44, "E8030")])
  func withNoOpenFuturePeriodTheRunningOneIsClosed(version: DHIS2Version, code: String) async throws {
    let none = try await codes(version, ["202607", "202608"]) { try await $0.prepare(openFuturePeriods: 0) }
    #expect(none == ["200", code])
    let two = try await codes(version, ["202608", "202609", "202610"]) {
      try await $0.prepare(openFuturePeriods: 2)
    }
    #expect(two == ["200", "200", code])
    // Superusers may edit the future from 2.43 on.
    let admin = try await codes(version, ["202610"], user: "admin") { try await $0.prepare() }
    #expect(admin == [version < .v2_43 ? code : "200"])
    let forced = try await codes(version, ["202610"], user: "admin", "?force=true") { try await $0.prepare() }
    #expect(forced == ["200"])
    // Force is for superusers.
    #expect(try await codes(version, ["202610"], "?force=true") { try await $0.prepare() } == [code])
  }

  @Test(arguments: [(DHIS2Version.v2_42, "E7643"), (.v2_43, "E8030")])
  func inputPeriodsAreOpenOnTheirDays(version: DHIS2Version, code: String) async throws {
    let periods: JSONValue = [
      ["period": ["id": "202607"], "openingDate": "2026-08-01", "closingDate": "2026-08-31"],
      ["period": ["id": "202606"], "openingDate": "2026-07-01", "closingDate": "2026-07-31"],
      ["period": ["id": "202605"]],
    ]
    let found = try await codes(version, ["202607", "202606", "202605", "202604"]) {
      try await $0.prepare(inputPeriods: periods)
    }
    #expect(found == ["200", code, "200", code])
  }

  @Test func theMessagesNamePeriodAndDataSet() async throws {
    try await withSandbox { sandbox in
      try await sandbox.prepare(expiryDays: 20)
      let answer = try await sandbox.post([row("TestElemOne", "202606", sandbox.units()[0], "1")])
      let expected: JSONValue = [
        "object": "202606", "objects": ["period": "202606", "dataSet": "TestDataSet"],
        "value": "Current date is past expiry days for period: `202606`  and data set: `TestDataSet`",
        "errorCode": "E7640", "property": "period", "indexes": [0],
      ]
      #expect(answer.conflicts == [expected])
    }
  }

  @Test(arguments: [DHIS2Version.v2_41, .v2_42])
  func aChangedDataSetIsUnknownForTwoMinutesOrUntilCachesAreCleared(version: DHIS2Version) async throws {
    let now = Clock()
    try await withSandbox {
      $0.dhis2Version = version
      $0.dataSetDelay = 120
      $0.now = { now.date }
    } _: { sandbox in
      try await sandbox.prepare()
      let rows = [row("TestElemOne", "202607", sandbox.units()[0], "1")]
      let stale = try await sandbox.post(rows)
      #expect(stale.codes == ["E7644"])
      #expect(stale.conflicts[0]["value"]?.string?.hasPrefix("Period: `null` ") == true)
      // Only where the payload names the data set.
      #expect(try await sandbox.post(nil, rows).status == 200)
      now.advance(by: 121)
      #expect(try await sandbox.post(rows).status == 200)
      try await sandbox.prepare()
      #expect(try await sandbox.post(rows).codes == ["E7644"])
      now.advance(by: 1)
      let cleared = try await sandbox.dhis2("POST", "maintenance?cacheClear=true")
      #expect(cleared.status == 204)
      #expect(try await sandbox.post(rows).status == 200)
    }
  }

  @Test(arguments: [DHIS2Version.v2_40, .v2_43]) func otherReleasesKnowItAtOnce(version: DHIS2Version)
    async throws
  {
    try await withSandbox {
      $0.dhis2Version = version
      $0.dataSetDelay = 120
    } _: { sandbox in
      try await sandbox.prepare()
      #expect(try await sandbox.post([row("TestElemOne", "202607", sandbox.units()[0], "1")]).status == 200)
    }
  }
}

/// A clock that a test moves.
final class Clock: Sendable {
  private let seconds = Mutex(1_787_227_200.0)
  var date: Date { seconds.withLock { Date(timeIntervalSince1970: $0) } }
  func advance(by count: Double) { seconds.withLock { $0 += count } }
}

/// A time that passes where a test says so.
final class Elapsed: Sendable {
  private let time = Mutex(Duration.zero)
  var duration: Duration { time.withLock { $0 } }
  func advance(by duration: Duration) { time.withLock { $0 += duration } }
}

@Suite struct CalendarTests {
  private func post(_ version: DHIS2Version, _ calendar: SandboxCalendar, _ periods: [String]) async throws
    -> [String]
  {
    try await withSandbox {
      $0.dhis2Version = version
      $0.calendar = calendar
    } _: { sandbox in
      #expect(try await sandbox.dhis2("system/info").json["calendar"]?.string == calendar.rawValue)
      try await sandbox.prepare()
      var codes: [String] = []
      for period in periods {
        let answer = try await sandbox.post([row("TestElemOne", period, sandbox.units()[0], "1")])
        codes.append(answer.codes.first ?? "\(answer.status)")
      }
      return codes
    }
  }

  @Test func ethiopianYearsHaveThirteenMonths() async throws {
    // 20 August 2026 is in Nehase 2018, the twelfth month; the thirteenth is the next.
    #expect(try await post(.v2_42, .ethiopian, ["201812", "201813", "201814"]) == ["200", "200", "E7611"])
  }

  @Test func nepaliYearsHaveTwelve() async throws {
    #expect(try await post(.v2_42, .nepali, ["208304", "208313"]) == ["200", "E7611"])
  }

  /// The trap: an id of the Gregorian calendar is a good one of the local calendar, decades away.
  @Test(arguments: [SandboxCalendar.ethiopian, .nepali])
  func gregorianIDsAreTakenForOtherTimes(calendar: SandboxCalendar) async throws {
    #expect(try await post(.v2_42, calendar, ["202607"]) == ["200"])
  }

  /// Up to 2.42 the future is checked in the ISO calendar alone, and the calendar named Gregorian is not that.
  @Test func theFutureIsNotCheckedUpTo242() async throws {
    #expect(try await post(.v2_42, .gregorian, ["203001"]) == ["200"])
    #expect(try await post(.v2_42, .iso8601, ["203001"]) == ["E7641"])
    #expect(try await post(.v2_43, .ethiopian, ["202607"]) == ["E8030"])
  }
}
