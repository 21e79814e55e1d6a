import FlowKit
import FlowKitTesting
import Flows
import Foundation
import JSON
import Sandbox
import Testing

@testable import Connectors

@Suite("What the store parts, holds back or corrects") struct ERA5DeliveryTests {
  private static func moment(_ text: String) throws -> Date {
    try #require(ISO8601DateFormatter().date(from: text))
  }

  @Test(
    "A month whose variables come in several files has all its indicators",
    arguments: [4, 2, 1])
  func partedByVariables(limit: Int) async throws {
    try await SandboxRun.with({ $0.costLimit = limit }) { run in
      let result = try await run.test.run(ERA5ClimateImport.self, ["from": "2025-01", "to": "2025-01"])
      #expect(result.json["values"]?["created"]?.integer == 28)
      let parted = await run.values()
      try await SandboxRun.with { other in
        _ = try await other.test.run(ERA5ClimateImport.self, ["from": "2025-01", "to": "2025-01"])
        #expect(await other.values() == parted)
      }
    }
  }

  @Test("A request of which nothing is published yet costs no other its values")
  func nothingOfARequest() async throws {
    let now = try Self.moment("2026-01-20T12:00:00Z")
    try await SandboxRun.with({ $0.now = { now } }) { run in
      let error = await #expect(throws: Rejection.self) {
        try await run.test.run(ERA5ClimateImport.self, ["from": "2025-12", "to": "2026-01"])
      }
      #expect(error?.message == "the Climate Data Store delivered no data for 2026-01")
      #expect(Set(await run.sandbox.dataValues().map(\.period)) == ["202512"])
    }
  }

  @Test("The days of a month that has begun are imported, and those that are missing are named")
  func daysOfThisMonth() async throws {
    let now = try Self.moment("2026-03-10T12:00:00Z")
    try await SandboxRun.with({ $0.now = { now } }) { run in
      let error = await #expect(throws: Rejection.self) {
        try await run.test.run(
          ERA5ClimateImport.self,
          [
            "from": "2026-03", "to": "2026-03", "period_type": "daily",
            "indicators": ["precipitation", "mean_temperature"],
          ])
      }
      // Hourly data reach to the 5th; the 5th's rain is in the stamp of 00 UTC of the 6th.
      #expect(error?.message.contains("2026-03-06") == true || error?.message.contains("20260306") == true)
      let held = await run.sandbox.dataValues()
      let days = Dictionary(grouping: held, by: \.dataElement).mapValues { Set($0.map(\.period)).sorted() }
      #expect(days["PfE5TmpDay1"] == ["20260301", "20260302", "20260303", "20260304", "20260305"])
      #expect(days["PfE5PrcDay1"] == ["20260301", "20260302", "20260303", "20260304"])
    }
  }

  @Test("The mark of a preliminary value goes when the final one is the same number")
  func marks() async throws {
    let time = ManualClock(now: try Self.moment("2026-03-20T12:00:00Z"))
    try await SandboxRun.with({ $0.now = { time.now() } }) { run in
      let parameters: JSONObject = ["from": "2026-02", "to": "2026-02", "indicators": ["mean_temperature"]]
      _ = try await run.test.run(ERA5ClimateImport.self, parameters)
      let marked = await run.sandbox.dataValues()
      #expect(!marked.isEmpty && marked.allSatisfy { $0.comment == "preliminary (ERA5-Land-T)" })
      time.advance(by: .seconds(150 * 86_400))
      let result = try await run.test.run(ERA5ClimateImport.self, parameters)
      let final = await run.sandbox.dataValues()
      #expect(final.count == marked.count && final.allSatisfy { $0.comment == nil })
      #expect(result.json["preliminary_months"] == [])
      // A third run has nothing to do.
      let third = try await run.test.run(ERA5ClimateImport.self, parameters)
      #expect(third.json["values"]?["unchanged"]?.integer == final.count)
    }
  }

  @Test("What a data element says of its source follows the source, unless somebody wrote it anew")
  func texts() async throws {
    try await SandboxRun.with { run in
      func text(_ member: String) async throws -> String? {
        let server = DHIS2(
          try await run.test.flowRun().load(BlockReference<DHIS2Credentials>("dhis2")),
          http: run.test.flowRun().http, clock: run.test.clock)
        let document = try await server.value(
          "dataElements/PfE5WndEst1", [("fields", "name,description")], operation: "reading")
        return document[member]?.string
      }
      let parameters: JSONObject = ["from": "2025-01", "to": "2025-01", "indicators": ["wind_speed"]]
      _ = try await run.test.run(ERA5ClimateImport.self, parameters)
      #expect(try await text("name") == "ERA5-Land wind speed (m/s), of monthly means")
      var hourly = parameters
      hourly["source"] = "hourly"
      _ = try await run.test.run(ERA5ClimateImport.self, hourly)
      #expect(try await text("name") == "ERA5-Land wind speed (m/s)")
      let description = try await text("description")
      #expect(description?.contains("monthly means") == false)
    }
  }

  @Test("A dry run lists what would change: what DHIS2 holds, and what is new")
  func diff() async throws {
    try await SandboxRun.with { run in
      let parameters: JSONObject = ["from": "2025-01", "to": "2025-01", "indicators": ["mean_temperature"]]
      var dry = parameters
      dry["dry_run"] = true
      func rows() -> [JSONValue] {
        run.test.reporter.artifacts.last { $0.key == "climate-import-diff" }?.artifact.data.array ?? []
      }
      _ = try await run.test.run(ERA5ClimateImport.self, dry)
      #expect(rows().count == 4 && rows().allSatisfy { $0["held"] == .null && $0["new"]?.string != nil })
      _ = try await run.test.run(ERA5ClimateImport.self, parameters)
      let held = await run.values()
      // Hourly data give other numbers than monthly means of made-up weather, in some decimal.
      dry["source"] = "hourly"
      _ = try await run.test.run(ERA5ClimateImport.self, dry)
      for row in rows() where row["held"] != .null {
        let key = ["data_element", "period", "org_unit"].compactMap { row[$0]?.string }.joined(separator: " ")
        #expect(held[key] == row["held"]?.string && row["held"] != row["new"])
      }
      #expect(await run.values() == held)
    }
  }

  @Test("Only what is missing, without a first month: the months since the last that DHIS2 has any of")
  func catchesUp() async throws {
    let now = try Self.moment("2025-04-20T12:00:00Z")
    try await SandboxRun.with({ $0.now = { now } }) { run in
      let missing: JSONObject = ["only_missing": true, "indicators": ["mean_temperature"]]
      // A server that has nothing begins with the last month.
      let first = try await run.test.run(ERA5ClimateImport.self, missing)
      #expect(first.json["months"] == ["2025-03"])
      let nothing = try await run.test.run(ERA5ClimateImport.self, missing)
      #expect(nothing.json["values"]?["created"]?.integer == 0)
      // A month that is preliminary is one that DHIS2 has something of: only it is looked at again.
      #expect(nothing.json["months"] == ["2025-03"])
    }
    try await SandboxRun.with({ $0.now = { now } }) { run in
      _ = try await run.test.run(
        ERA5ClimateImport.self, ["from": "2024-11", "to": "2024-11", "indicators": ["mean_temperature"]])
      let result = try await run.test.run(
        ERA5ClimateImport.self, ["only_missing": true, "indicators": ["mean_temperature"]])
      #expect(result.json["months"] == ["2024-12", "2025-01", "2025-02", "2025-03"])
    }
  }

  @Test("A zone by its name stands for its one offset; where its clocks were changed the day is named")
  func zones() async throws {
    try await SandboxRun.with { run in
      let parameters: JSONObject = [
        "from": "2025-01", "to": "2025-01", "indicators": ["mean_temperature"], "time_zone": "Africa/Nairobi",
      ]
      let result = try await run.test.run(ERA5ClimateImport.self, parameters)
      #expect(result.json["time_zone"] == "UTC+03:00")
      var changed = parameters
      changed["time_zone"] = "Europe/Oslo"
      changed["from"] = "2024-10"
      changed["to"] = "2024-11"
      let error = await #expect(throws: Misconfiguration.self) {
        try await run.test.run(ERA5ClimateImport.self, changed)
      }
      #expect(error?.message.contains("the clocks of Europe/Oslo were changed on 2024-10-27") == true)
    }
  }
}
