import Foundation
import JSON
import PrefectAPI
import Testing

@Suite("Moments on the wire") struct WireDateTests {
  @Test(
    "All forms that Prefect's programs send are the same moment",
    arguments: [
      "2026-11-21T00:26:17.004157Z", "2026-11-21 00:26:17.004157+00:00", "2026-11-21T01:26:17.004157+01:00",
      "2026-11-20T19:26:17.004157-0500", "2026-11-21T00:26:17.004157", "2026-11-21t00:26:17.004157z",
      "2026-11-21T00:26:17.0041579Z", "2026-11-21T05:56:17.004157+05:30", "2026-11-21T02:26:17.004157+02",
    ])
  func forms(text: String) throws {
    let date = try #require(WireDate.date(text))
    #expect(WireDate.text(date) == "2026-11-21T00:26:17.004157Z")
    // 1,795,220,777 s: 20,778 days after 1970, and 26 min 17 s.
    #expect(abs(date.timeIntervalSince1970 - 1_795_220_777.004157) < 1e-6)
  }

  @Test("Seconds since 1970 are read from a document")
  func epoch() throws {
    let date = try Date(wire: 1795221408.58059)
    #expect(WireDate.text(date) == "2026-11-21T00:36:48.580590Z")
    #expect(try Date(wire: 0) == Date(timeIntervalSince1970: 0))
  }

  @Test(
    "Every microsecond survives, and every date",
    arguments: [
      "1970-01-01T00:00:00.000000Z", "1969-12-31T23:59:59.999999Z", "2000-02-29T12:00:00.000001Z",
      "2100-03-01T00:00:00.000000Z", "0001-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.000000Z",
      "2024-12-31T23:59:59.123456Z", "2026-03-01T00:00:00.500000Z",
    ])
  func roundTrip(text: String) throws {
    #expect(WireDate.text(try #require(WireDate.date(text))) == text)
  }

  @Test(
    "What is no moment is none",
    arguments: [
      "", "2026-11-21", "2026-11-21T", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-11-21T24:00:00Z",
      "2026-11-21T00:00:00.Z", "2026-11-21T00:00:00+1", "2026-11-21T00:00:00Zx", "21.11.2026 00:00:00",
      "2026-11-21T00:61:00Z", "yesterday",
    ])
  func invalid(text: String) {
    #expect(WireDate.date(text) == nil)
    #expect(throws: WireError.self) { try Date(wire: .string(text)) }
  }

  @Test("Numbers beyond all calendars are no moments", arguments: [Double.infinity, .nan, 1e15, -1e15])
  func wild(epoch: Double) {
    #expect(WireDate.date(epoch: epoch) == nil)
  }
}
