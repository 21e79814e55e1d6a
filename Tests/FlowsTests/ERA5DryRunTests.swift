import Connectors
import Essentials
import FlowKit
import FlowKitTesting
import Flows
import Foundation
import Sandbox
import Testing

@Suite("A dry run of an import for which DHIS2 lacks metadata") struct ERA5DryRunTests {
  private func receipt(_ run: TestRun) -> JSONValue? {
    run.reporter.artifacts.last { $0.key == "climate-import-receipt" }?.artifact.data[0]
  }

  @Test("Units beyond the user's are refused before there is a data set")
  func scope() async throws {
    try await SandboxRun.with { run in
      var test = run.test
      test.blocks.add(
        DHIS2Credentials.self, "dhis2",
        [
          "base_url": .string(run.sandbox.dhis2URL), "username": .string(run.sandbox.dhis2RegionalUsername),
          "password": .string(run.sandbox.dhis2Password),
        ])
      let regional = test
      let error = await #expect(throws: Rejection.self) {
        try await regional.run(
          ERA5ClimateImport.self,
          ["from": "2025-01", "to": "2025-01", "indicators": ["mean_temperature"], "dry_run": true])
      }
      #expect(error?.message.hasPrefix("3 of 4 values were refused") == true, "\(error?.message ?? "")")
      #expect(error?.remedy?.contains("nothing was written") == true)
      #expect(receipt(test)?["created"] == 1 && receipt(test)?["refused"] == 3)
      let refused = test.reporter.artifacts.last { $0.key == "climate-import-refused" }?.artifact.data.array
      #expect(refused?.allSatisfy { $0["why"] == "orgUnitOutsideScope" } == true)
      let changes = test.reporter.artifacts.last { $0.key == "climate-import-diff" }?.artifact.data.array
      #expect(changes?.count == 1)
    }
  }

  @Test("Values of locked periods are refused, also of data elements that are not there yet")
  func locked() async throws {
    let now = try #require(ISO8601DateFormatter().date(from: "2026-03-20T12:00:00Z"))
    try await SandboxRun.with({ $0.now = { now } }) { run in
      _ = try await run.test.run(
        ERA5ClimateImport.self, ["from": "2026-02", "to": "2026-02", "indicators": ["precipitation"]])
      // November and December are locked since: 60 days after their end.
      try await run.patch("dataSets/PfE5ClmSet1", "/expiryDays", 60)
      let error = await #expect(throws: Rejection.self) {
        try await run.test.run(
          ERA5ClimateImport.self,
          ["from": "2025-11", "to": "2026-02", "indicators": ["mean_temperature"], "dry_run": true])
      }
      #expect(error?.message.hasPrefix("8 of 16 values were refused") == true, "\(error?.message ?? "")")
      #expect(receipt(run.test)?["created"] == 8 && receipt(run.test)?["refused"] == 8)
      let held = Set(await run.sandbox.dataValues().map(\.dataElement))
      #expect(held == ["PfE5PrcEst1"])
    }
  }
}
