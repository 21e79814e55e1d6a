import FlowKit
import Foundation
import Testing

@testable import Climate
@testable import Connectors
@testable import Flows

@Suite("What a run of the climate import ends with") struct ERA5VerdictTests {
  @Test(
    "Young data that does not tell its version is preliminary, as it is for the files",
    arguments: [("2026-03-20", true), ("2025-05-30", true), ("2025-06-01", false)])
  func unknownVersion(today: String, isYoung: Bool) throws {
    let month = try #require(CalendarMonth(today.hasPrefix("2026") ? "2026-02" : "2025-01"))
    let now = try #require(CalendarDate(today)).startOfDayUTC
    var values = ERA5Values(
      units: [OrgUnit(id: "aaaaaaaaaa1", name: "A", level: 2, path: "/aaaaaaaaaa1")],
      capabilities: Capabilities(Connectors.DHIS2Version(2, 42, 6)), now: now)
    values.add(.meanTemperature, ERA5Period(month), version: .unknown) { _ in (20, .ok, nil) }
    values.add(.precipitation, ERA5Period(month), version: .final) { _ in (20, .ok, nil) }
    #expect(values.values.map(\.version) == [isYoung ? .preliminary : .unknown, .final])
    #expect(values.preliminaryPeriods.map(\.month) == (isYoung ? [month] : []))
  }

  @Test("A refusal says what to do, and whether anything was imported", arguments: [true, false])
  func refused(all: Bool) throws {
    let month = try #require(CalendarMonth("2025-01"))
    let plan = ERA5Plan(
      type: .monthly, source: .monthlyMeans, offset: .utc, indicators: [.precipitation], months: [month],
      calendar: .gregorian)
    let values = ERA5Values(
      units: [], capabilities: Capabilities(Connectors.DHIS2Version(2, 42, 6)), now: Date())
    var receipt = ImportReceipt(isDryRun: false)
    let key = DataValue.Key(dataElement: "PfE5PrcEst1", period: "202501", orgUnit: "aaaaaaaaaa1")
    receipt.refuse(DataValue(key, value: "1"), .orgUnitNotAssigned, "it is not assigned")
    if !all { receipt.created = 1 }
    let result = ERA5ImportResult(plan: plan, units: 1, values: values, receipt: receipt)
    let error = #expect(throws: Rejection.self) { try result.verdict(values, receipt) }
    #expect(
      error?.remedy
        == "Assign the org unit to the data set. The artifact climate-import-refused lists them; \(all ? "no value was imported" : "the other values were imported")."
    )
  }

  @Test("Zeros that DHIS2 dropped, and units without any value, are no success")
  func nothing() throws {
    let month = try #require(CalendarMonth("2025-01"))
    let plan = ERA5Plan(
      type: .monthly, source: .monthlyMeans, offset: .utc, indicators: [.precipitation], months: [month],
      calendar: .gregorian)
    var values = ERA5Values(
      units: [], capabilities: Capabilities(Connectors.DHIS2Version(2, 42, 6)), now: .distantFuture)
    var receipt = ImportReceipt(isDryRun: false)
    receipt.zeroDropped = 3
    let result = ERA5ImportResult(plan: plan, units: 7, values: values, receipt: receipt)
    let dropped = #expect(throws: Rejection.self) { try result.verdict(values, receipt) }
    #expect(dropped?.message == "DHIS2 dropped 3 zeros of data elements for which zero means nothing")
    receipt.zeroDropped = 0
    values.add(.precipitation, ERA5Period(month), version: .final) { _ in (nil, .noData, nil) }
    let empty = #expect(throws: Rejection.self) { try result.verdict(values, receipt) }
    #expect(empty?.message == "none of the 7 org units has a value")
  }
}
