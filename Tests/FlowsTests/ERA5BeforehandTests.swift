import Connectors
import Essentials
import FlowKit
import FlowKitTesting
import Flows
import Foundation
import Sandbox
import Testing

@Suite("What is found before anything is asked of the store, and what a failed run leaves")
struct ERA5BeforehandTests {
  private static let month: JSONObject = [
    "from": "2025-01", "to": "2025-01", "indicators": ["mean_temperature"],
  ]

  private func with(_ more: JSONObject) -> JSONObject {
    more.reduce(into: Self.month) { $0[$1.key] = $1.value }
  }

  private func login(_ username: String, _ run: SandboxRun) -> TestRun {
    var test = run.test
    test.blocks.add(
      DHIS2Credentials.self, "dhis2",
      [
        "base_url": .string(run.sandbox.dhis2URL), "username": .string(username),
        "password": .string(run.sandbox.dhis2Password),
      ])
    return test
  }

  private func askedOfTheStore(_ run: SandboxRun) async -> Int {
    await run.sandbox.requests().count { $0.path.contains("/cds/api/retrieve") }
  }

  @Test("A user who may not add values is told before anything is asked of the store")
  func guest() async throws {
    try await SandboxRun.with { run in
      let test = login(run.sandbox.dhis2GuestUsername, run)
      let error = await #expect(throws: DHIS2Failure.self) {
        try await test.run(ERA5ClimateImport.self, Self.month)
      }
      #expect(error?.message.contains("F_DATAVALUE_ADD") == true)
      #expect(await askedOfTheStore(run) == 0)
      // Who wants the file gets it, and is told at the end.
      let path = "\(test.scratchFolder)/chap.csv"
      await #expect(throws: DHIS2Failure.self) {
        try await test.run(ERA5ClimateImport.self, with(["chap_csv": .string(path)]))
      }
      let file = try String(contentsOfFile: path, encoding: .utf8)
      #expect(file.split(separator: "\n").count == 5)
      #expect(await run.sandbox.dataValues().isEmpty)
    }
  }

  @Test("A data set that is not there, and a data element that is not in it, are told before the download")
  func mapping() async throws {
    try await SandboxRun.with { run in
      let missing = await #expect(throws: DHIS2Failure.self) {
        try await run.test.run(
          ERA5ClimateImport.self,
          with(["data_set": "abcdefghij1", "data_elements": ["mean_temperature": "abcdefghij2"]]))
      }
      #expect(missing?.message.contains("there is no data set abcdefghij1") == true)
      #expect(await askedOfTheStore(run) == 0)
      _ = try await run.test.run(ERA5ClimateImport.self, Self.month)
      let before = await askedOfTheStore(run)
      let error = await #expect(throws: Misconfiguration.self) {
        try await run.test.run(
          ERA5ClimateImport.self,
          with([
            "to": "2025-02", "data_set": "PfE5ClmSet1", "data_elements": ["mean_temperature": "PfE5PrcEst1"],
          ]))
      }
      #expect(error?.message.contains("PfE5PrcEst1 is not in data set PfE5ClmSet1") == true)
      #expect(await askedOfTheStore(run) == before)
    }
  }

  @Test("Org units that are all beyond the user's are told before the download")
  func scope() async throws {
    try await SandboxRun.with { run in
      let test = login(run.sandbox.dhis2RegionalUsername, run)
      await #expect(throws: Rejection.self) { try await test.run(ERA5ClimateImport.self, Self.month) }
      let units = run.sandbox.orgUnits().filter { $0.level == 2 }.map(\.id)
      let before = await askedOfTheStore(run)
      var refused = 0
      for unit in units {
        do {
          _ = try await test.run(
            ERA5ClimateImport.self, with(["to": "2025-02", "org_units": [.string(unit)]]))
        } catch let failure as Rejection {
          #expect(failure.message.contains("DHIS2 would take no value"))
          #expect(failure.remedy?.contains("for data capture") == true)
          refused += 1
        }
      }
      #expect(refused == 3)
      // One unit is the user's.
      #expect(await askedOfTheStore(run) > before)
    }
  }

  @Test("Years that the store does not have yet cost no other month its values")
  func beyondTheYears() async throws {
    let now = try #require(ISO8601DateFormatter().date(from: "2026-11-20T12:00:00Z"))
    try await SandboxRun.with({ $0.now = { now } }) { run in
      let error = await #expect(throws: Rejection.self) {
        try await run.test.run(ERA5ClimateImport.self, with(["from": "2026-09", "to": "2027-02"]))
      }
      #expect(
        error?.message
          == "the Climate Data Store delivered no data for 2026-11, 2026-12, 2027-01, 2027-02")
      #expect(Set(await run.sandbox.dataValues().map(\.period)) == ["202609", "202610"])
      let rows = run.test.reporter.artifacts.last { $0.key == "climate-import-missing" }?.artifact.data.array
      #expect(rows?.compactMap { $0["period"]?.string } == ["2026-11", "2026-12", "2027-01", "2027-02"])
      #expect(rows?.allSatisfy { $0["indicators"] == "all" } == true)
    }
  }

  @Test("The stamp that closes December is not asked for in a year that the store has nothing of")
  func lastDecember() async throws {
    let now = try #require(ISO8601DateFormatter().date(from: "2026-01-05T12:00:00Z"))
    try await SandboxRun.with({ $0.now = { now } }) { run in
      let error = await #expect(throws: Rejection.self) {
        try await run.test.run(
          ERA5ClimateImport.self,
          with([
            "from": "2025-12", "to": "2025-12", "period_type": "daily",
            "indicators": ["mean_temperature", "precipitation"],
          ]))
      }
      #expect(error?.message == "the Climate Data Store delivered no data for precipitation of 2025-12-31")
      #expect(await run.requests("POST", "/execution") == 1)
      let days = Dictionary(grouping: await run.sandbox.dataValues(), by: \.dataElement)
      #expect(days.mapValues { Set($0.map(\.period)).count } == ["PfE5TmpDay1": 31, "PfE5PrcDay1": 30])
    }
  }

  @Test("The first day of the data, which other time zones have not as a whole, costs no other day its value")
  func firstDay() async throws {
    try await SandboxRun.with { run in
      let error = await #expect(throws: Rejection.self) {
        try await run.test.run(
          ERA5ClimateImport.self,
          with(["from": "1950-01", "to": "1950-01", "period_type": "daily", "time_zone": "+03:00"]))
      }
      #expect(error?.message == "the Climate Data Store delivered no data for 1950-01-01")
      // No org unit was open then: the other days are there, and taken by none.
      let gaps = run.test.reporter.artifacts.last { $0.key == "climate-import-gaps" }?.artifact.data.array
      #expect(gaps?.isEmpty == false && gaps?.allSatisfy { $0["periods"] == 30 } == true, "\(gaps ?? [])")
    }
  }

  @Test(
    "CHAP's file is left as it is by a run with nothing to do, and its place is tried before the download")
  func chap() async throws {
    try await SandboxRun.with { run in
      let path = "\(run.test.scratchFolder)/chap.csv"
      let parameters = with(["only_missing": true, "chap_csv": .string(path)])
      _ = try await run.test.run(ERA5ClimateImport.self, parameters)
      let content = try String(contentsOfFile: path, encoding: .utf8)
      #expect(content.split(separator: "\n").count == 5)
      _ = try await run.test.run(ERA5ClimateImport.self, parameters)
      let after = try String(contentsOfFile: path, encoding: .utf8)
      #expect(after == content)
      var more = parameters
      more["to"] = "2025-02"
      _ = try await run.test.run(ERA5ClimateImport.self, more)
      #expect(
        run.test.reporter.lines.contains {
          $0.message.contains("chap.csv holds 1 of the 2 months, those that DHIS2 lacked: 2025-02")
        })
      let before = await askedOfTheStore(run)
      await #expect(throws: FileFailure.self) {
        try await run.test.run(
          ERA5ClimateImport.self, with(["to": "2025-03", "chap_csv": "/proc/nope/x.csv"]))
      }
      #expect(await askedOfTheStore(run) == before)
    }
  }

  @Test("Units that an own data set is not assigned to are not missing for ever")
  func notAssigned() async throws {
    try await SandboxRun.with { run in
      _ = try await run.test.run(ERA5ClimateImport.self, Self.month)
      let held = await run.sandbox.dataValues()
      let assigned = try #require(held.first?.orgUnit)
      let other = try #require(run.sandbox.orgUnits().first { $0.level == 3 && $0.geometry != nil })
      let result = try await run.test.run(
        ERA5ClimateImport.self,
        with([
          "data_set": "PfE5ClmSet1", "data_elements": ["mean_temperature": "PfE5TmpEst1"],
          "org_units": [.string(assigned), .string(other.id)], "only_missing": true,
        ]))
      #expect(result.json["months"] == [])
      #expect(run.test.reporter.lines.contains { $0.message.contains("do not count as missing") })
    }
  }

  @Test("A unit far from any cell with data is not missing for ever")
  func farFromLand() async throws {
    func square(_ id: String, _ west: Double, _ size: Double) -> String {
      let (east, south, north) = (west + size, 5.02, 5.02 + size)
      return """
        {"type":"Feature","id":"\(id)","properties":{"name":"\(id)"},"geometry":{"type":"Polygon","coordinates":
        [[[\(west),\(south)],[\(east),\(south)],[\(east),\(north)],[\(west),\(north)],[\(west),\(south)]]]}}
        """
    }
    // The small one holds no middle of a cell, so that all around it is sea.
    let path = "\(try TestFolder.make())/units.geojson"
    try """
    {"type":"FeatureCollection","features":[\(square("aaaaaaaaaa1", 9.02, 0.5)),\(square("aaaaaaaaaa2", 12.02, 0.03))]}
    """.write(toFile: path, atomically: true, encoding: .utf8)
    try await SandboxRun.with({ $0.orgUnitsFile = path }) { run in
      let parameters = with(["only_missing": true])
      let first = try await run.test.run(ERA5ClimateImport.self, parameters)
      #expect(first.json["values"]?["created"] == 1 && first.json["without_value"] == 1)
      let second = try await run.test.run(ERA5ClimateImport.self, parameters)
      #expect(second.json["months"] == [])
    }
  }

  @Test("A run whose import ends early leaves a summary of what arrived")
  func summaryOfAFailure() async throws {
    try await SandboxRun.with { run in
      _ = try await run.test.run(ERA5ClimateImport.self, Self.month)
      #expect(summary(run).contains("| Sent | 4 |"))
      #expect(summary(run).contains("| Zeros dropped | 0 |"))
      run.sandbox.add(
        SandboxFaults([SandboxFault(path: "/dataValueSets", method: "POST", way: .status(503), times: 20)]))
      let error = await #expect(throws: DHIS2Failure.self) {
        try await run.test.run(ERA5ClimateImport.self, with(["to": "2025-02"]))
      }
      #expect(error?.kind == .transient)
      #expect(summary(run).contains("(ended by a failure)"))
      #expect(summary(run).contains("| Unchanged | 4 |"))
      #expect(summary(run).contains("| Not sent, or not known whether they arrived | 4 |"))
      #expect(summary(run).contains("| Ended by |"))
      let receipt = run.test.reporter.artifacts.last { $0.key == "climate-import-receipt" }?.artifact.data[0]
      #expect(receipt?["unchanged"] == 4 && receipt?["not_known"] == 4 && receipt?["whole"] == false)
    }
  }

  private func summary(_ run: SandboxRun) -> String {
    run.test.reporter.artifacts.last { $0.key == "climate-import-summary" }?.artifact.data.string ?? ""
  }

  @Test("An empty list of org units is no level")
  func emptyList() async throws {
    try await SandboxRun.with { run in
      await #expect(throws: (any Error).self) {
        try await run.test.run(ERA5ClimateImport.self, with(["org_units": []]))
      }
      #expect(await run.sandbox.requests().isEmpty)
    }
  }
}
