import Connectors
import Essentials
import FlowKit
import FlowKitTesting
import Flows
import Sandbox
import Testing

@Suite("Org units of a group") struct ERA5GroupTests {
  private func parameters(_ group: String) -> JSONObject {
    [
      "from": "2025-01", "to": "2025-01", "indicators": ["precipitation"], "org_unit_group": .string(group),
    ]
  }

  @Test("Values are imported for the org units of a group; a group that is not there is named")
  func group() async throws {
    try await SandboxRun.with { run in
      let group = try await run.group()
      _ = try await run.test.run(ERA5ClimateImport.self, parameters(group))
      let units = Set(await run.sandbox.dataValues().map(\.orgUnit))
      let facilities = Set(run.sandbox.orgUnits().filter { $0.level == 4 }.map(\.id))
      #expect(!units.isEmpty && units.isSubset(of: facilities) && units.count <= (facilities.count + 1) / 2)
      let error = await #expect(throws: (any Error).self) {
        try await run.test.run(ERA5ClimateImport.self, parameters("abcdefghij1"))
      }
      let failure = try #require(error as? any Failure)
      #expect(failure.kind == .configuration && failure.message.contains("abcdefghij1"))
    }
  }
}
