import Essentials
import FlowKit
import FlowKitTesting
import Foundation
import Sandbox
import Testing

@testable import Climate
@testable import Connectors
@testable import Flows

@Suite("Months that were imported while they were preliminary") struct ERA5PreliminaryTests {
  @Test("A month whose final values are refused is imported again, until DHIS2 holds them")
  func refused() async throws {
    let time = ManualClock(now: try #require(ISO8601DateFormatter().date(from: "2026-03-20T12:00:00Z")))
    try await SandboxRun.with({ $0.now = { time.now() } }) { run in
      let latest: JSONObject = ["indicators": ["mean_temperature"]]
      _ = try await run.test.run(ERA5ClimateImport.self, latest)
      time.advance(by: .seconds(150 * 86_400))
      try await run.patch("dataSets/PfE5ClmSet1", "/expiryDays", 60)
      let error = await #expect(throws: Rejection.self) {
        try await run.test.run(ERA5ClimateImport.self, latest)
      }
      #expect(error?.message.contains("4 of 8 values were refused") == true, "\(error?.message ?? "")")
      try await run.patch("dataSets/PfE5ClmSet1", "/expiryDays", 0)
      let again = try await run.test.run(ERA5ClimateImport.self, latest)
      #expect(again.json["months"] == ["2026-02", "2026-07"])
      let marked = await run.sandbox.dataValues().filter { $0.comment != nil }
      #expect(Set(marked.map(\.period)) == ["202607"])
      let last = try await run.test.run(ERA5ClimateImport.self, latest)
      #expect(last.json["months"] == ["2026-07"])
    }
  }

  @Test("A month stays noted while DHIS2 does not hold it, the store left it out, or the run failed")
  func stays() async throws {
    let bench = try PreliminaryBench()
    let (january, february) = (bench.months[0], bench.months[1])
    try await bench.keep(preliminary: [january, february])
    #expect(try await bench.noted() == [january, february])
    try await bench.keep(missing: [january])
    #expect(try await bench.noted() == [january])
    try await bench.keep { $0.notHeld = [.init(dataElement: "PfE5TmpEst1", period: "202501", orgUnit: "a")] }
    #expect(try await bench.noted() == [january])
    try await bench.keep { $0.failure = Rejection("no") }
    #expect(try await bench.noted() == [january])
    try await bench.keep()
    #expect(try await bench.noted() == [])
    // What arrived before a failure is to be replaced as well.
    try await bench.keep(preliminary: [february]) { $0.failure = Rejection("no") }
    #expect(try await bench.noted() == [february])
  }

  @Test("A month whose final values never arrive is let go of after a year, and the log says so")
  func letGo() async throws {
    let bench = try PreliminaryBench()
    let january = bench.months[0]
    let later = PreliminaryBench(months: [january.adding(months: 12)], test: bench.test)
    try await bench.keep(preliminary: [january])
    try await later.keep(preliminary: later.months)
    #expect(try await later.noted() == later.months)
    #expect(bench.test.reporter.lines.contains { $0.message.hasPrefix("2025-01 were imported while") })
  }
}

/// Runs that import some months, and the note that they keep.
private struct PreliminaryBench {
  let months: [CalendarMonth]
  let test: TestRun
  private let note = ERA5Preliminary(
    dataSet: "PfE5ClmSet1", selection: "level 2", indicators: [.meanTemperature])

  init(months: [CalendarMonth], test: TestRun) { (self.months, self.test) = (months, test) }

  init() throws {
    let january = try #require(CalendarMonth("2025-01"))
    self.init(months: [january, january.adding(months: 1)], test: TestRun())
  }

  func keep(
    preliminary: [CalendarMonth] = [], missing: [CalendarMonth] = [],
    _ change: (inout ERA5Delivery) -> Void = { _ in }
  ) async throws {
    let plan = ERA5Plan(
      type: .monthly, source: .monthlyMeans, offset: .utc, indicators: [.meanTemperature], months: months,
      calendar: .gregorian)
    var values = ERA5Values(
      units: [OrgUnit(id: "aaaaaaaaaa1", name: "A", level: 2, path: "/aaaaaaaaaa1")],
      capabilities: Capabilities(Connectors.DHIS2Version(2, 42, 6)), now: .distantFuture)
    for month in months {
      let period = ERA5Period(month)
      if missing.contains(month) {
        values.addMissing(.meanTemperature, period)
      } else {
        values.add(.meanTemperature, period, version: preliminary.contains(month) ? .preliminary : .final) {
          _ in (20, .ok, nil)
        }
      }
    }
    var delivery = ERA5Delivery(rows: values.values.count, receipt: ImportReceipt(isDryRun: false))
    change(&delivery)
    try await note.keep(plan, values, delivery, test.flowRun())
  }

  func noted() async throws -> [CalendarMonth] { try await note.months(test.flowRun()) }
}
