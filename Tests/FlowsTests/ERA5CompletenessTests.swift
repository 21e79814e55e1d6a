import Essentials
import FlowKit
import FlowKitTesting
import Foundation
import Sandbox
import Testing

@testable import Climate
@testable import Connectors
@testable import Flows

@Suite("Which data are registered as complete") struct ERA5CompletenessTests {
  @Test("Where DHIS2 dropped a zero, the data set is not complete, and its month not settled")
  func droppedZero() async throws {
    try await SandboxRun.with { run in
      _ = try await run.test.run(
        ERA5ClimateImport.self, ["from": "2025-02", "to": "2025-02", "indicators": ["precipitation"]])
      try await run.patch("dataElements/PfE5PrcEst1", "/zeroIsSignificant", false)
      try await run.patch("dataElements/PfE5PrcEst1", "/aggregationType", "SUM")
      let flowRun = run.test.flowRun()
      let server = DHIS2(
        DHIS2Credentials(
          baseURL: run.sandbox.dhis2URL,
          login: .basic(
            username: run.sandbox.dhis2AdminUsername, password: Secret(run.sandbox.dhis2Password))),
        http: flowRun.http, clock: run.test.clock)
      var query = OrgUnitQuery(withGeometry: true)
      query.levels = [2]
      var units: [OrgUnit] = []
      for try await unit in server.orgUnits(query) { units.append(unit) }
      let info = try await server.systemInfo()
      let destination = ERA5Destination(
        server: server,
        mapping: try ERA5Mapping(
          .monthly, .monthlyMeans, indicators: [.precipitation], dataSet: "PfE5ClmSet1",
          dataElements: try ERA5DataElements(parameter: ["precipitation": "PfE5PrcEst1"])),
        type: .monthly, source: .monthlyMeans, indicators: [.precipitation],
        zones: try ERA5Zones(units, selection: "level 2"), calendar: .gregorian,
        capabilities: info.capabilities, dryRun: false)
      let january = ERA5Period(try #require(CalendarMonth("2025-01")))
      var values = ERA5Values(units: units, capabilities: info.capabilities, now: .distantFuture)
      values.add(.precipitation, january, version: .final) { ($0 == 1 ? 0 : 20, .ok, nil) }
      let delivery = try await destination.write(values, preliminary: [], flowRun)
      #expect(delivery.receipt.zeroDropped == 1 && delivery.failure == nil)
      #expect(delivery.notHeld.map(\.orgUnit) == [units[1].id])
      try await destination.registerComplete(values, delivery, flowRun)
      #expect(
        run.test.reporter.lines.contains {
          $0.message == "registered \(units.count - 1) org units and periods as complete"
        })
    }
  }
}
