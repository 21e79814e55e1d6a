import Connectors
import Essentials
import FlowKit
import FlowKitTesting
import Flows
import Foundation
import Sandbox
import Testing

@Suite("Org units, own data elements, and what a run leaves") struct ERA5ChoiceTests {
  private let january: JSONObject = ["from": "2025-01", "to": "2025-01", "indicators": ["precipitation"]]

  private func with(_ more: JSONObject) -> JSONObject { january.merging(more) }

  @Test("Org units by their ids; one that is not there is named")
  func ids() async throws {
    try await SandboxRun.with { run in
      let units = run.sandbox.orgUnits().filter { $0.geometry != nil }.prefix(2).map(\.id)
      _ = try await run.test.run(
        ERA5ClimateImport.self, with(["org_units": .array(units.map { .string($0) })]))
      #expect(Set(await run.sandbox.dataValues().map(\.orgUnit)) == Set(units))
      let error = await #expect(throws: Misconfiguration.self) {
        try await run.test.run(ERA5ClimateImport.self, with(["org_units": ["abcdefghij1"]]))
      }
      #expect(error?.message.contains("abcdefghij1") == true)
    }
  }

  @Test("Only missing: months that DHIS2 has are not asked for")
  func onlyMissing() async throws {
    try await SandboxRun.with { run in
      _ = try await run.test.run(ERA5ClimateImport.self, january)
      let parameters = with(["from": "2024-12", "to": "2025-02", "only_missing": true])
      let result = try await run.test.run(ERA5ClimateImport.self, parameters)
      #expect(result.json["months"] == ["2024-12", "2025-02"])
      #expect(result.json["values"]?["created"]?.integer == 8)
      let nothing = try await run.test.run(ERA5ClimateImport.self, parameters)
      #expect(nothing.json["months"] == [])
      #expect(nothing.json["values"]?["sent"]?.integer == 0)
    }
  }

  @Test("Preliminary values are marked, and replaced when they are final")
  func preliminary() async throws {
    let time = ManualClock(now: try #require(ISO8601DateFormatter().date(from: "2026-03-20T12:00:00Z")))
    try await SandboxRun.with({ $0.now = { time.now() } }) { run in
      let latest: JSONObject = ["indicators": ["mean_temperature"]]
      let first = try await run.test.run(ERA5ClimateImport.self, latest)
      #expect(first.json["preliminary_months"] == ["2026-02"])
      let marks = await run.sandbox.dataValues().map(\.comment)
      #expect(!marks.isEmpty && marks.allSatisfy { $0 == "preliminary (ERA5-Land-T)" })
      time.advance(by: .seconds(150 * 86_400))
      let later = try await run.test.run(ERA5ClimateImport.self, latest)
      #expect(later.json["months"] == ["2026-02", "2026-07"])
      #expect(later.json["preliminary_months"] == ["2026-07"])
      #expect(
        (later.json["values"]?["updated"]?.integer ?? 0) + (later.json["values"]?["unchanged"]?.integer ?? 0)
          == 4)
      // February is final, and is not asked for a third time.
      let third = try await run.test.run(ERA5ClimateImport.self, latest)
      #expect(third.json["months"] == ["2026-07"])
    }
  }

  @Test("CHAP's file has a row for each org unit and period, and a column for each indicator")
  func chap() async throws {
    try await SandboxRun.with { run in
      let path = "\(run.test.scratchFolder)/chap.csv"
      _ = try await run.test.run(
        ERA5ClimateImport.self,
        with([
          "to": "2025-02", "indicators": ["precipitation", "mean_temperature"], "chap_csv": .string(path),
        ]))
      let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
      #expect(lines[0] == "time_period,location,rainfall,mean_temperature")
      #expect(lines.count == 1 + 2 * 4)
      let held = await run.values()
      for line in lines.dropFirst() {
        let cells = line.split(separator: ",").map(String.init)
        let month = cells[0].filter { $0 != "-" }
        #expect(held["PfE5PrcEst1 \(month) \(cells[1])"] == cells[2])
        #expect(held["PfE5TmpEst1 \(month) \(cells[1])"] == cells[3])
      }
    }
  }

  @Test("The provenance names request, job, hashes, method, citation and licence; the map is a drawing")
  func artifacts() async throws {
    try await SandboxRun.with { run in
      _ = try await run.test.run(ERA5ClimateImport.self, january)
      let artifacts = run.test.reporter.artifacts
      let provenance = try #require(
        artifacts.first { $0.key == "climate-import-provenance" }?.artifact.data.string)
      for part in [
        "reanalysis-era5-land-monthly-means", "total_precipitation", "SHA-256", "borders ",
        "10.24381/cds.68d2bb30",
        "CC-BY 4.0", "times the days of the month", "Sluice \(SluiceVersion.text)",
      ] {
        #expect(provenance.contains(part), "\(part)")
      }
      let map = try #require(artifacts.first { $0.key == "climate-import-map" }?.artifact.data.string)
      #expect(map.hasPrefix("data:image/svg+xml;base64,"))
      let data = try #require(Data(base64Encoded: String(map.dropFirst("data:image/svg+xml;base64,".count))))
      let svg = String(decoding: data, as: UTF8.self)
      #expect(svg.hasPrefix("<svg") && svg.contains("Precipitation, mm, 2025-01"))
    }
  }

  @Test("A user of one region imports there; units beyond it are refused one by one, and the others arrive")
  func regional() async throws {
    try await SandboxRun.with { run in
      var run = run
      run.test.blocks.add(
        DHIS2Credentials.self, "dhis2",
        [
          "base_url": .string(run.sandbox.dhis2URL), "username": .string(run.sandbox.dhis2RegionalUsername),
          "password": .string(run.sandbox.dhis2Password),
        ])
      let test = run.test
      let error = await #expect(throws: Rejection.self) {
        try await test.run(ERA5ClimateImport.self, january)
      }
      #expect(error?.message.hasPrefix("3 of 4 values were refused") == true, "\(error?.message ?? "")")
      let refused = test.reporter.artifacts.last { $0.key == "climate-import-refused" }?.artifact.data.array
      #expect(refused?.count == 3)
      #expect(refused?.allSatisfy { $0["why"]?.string == "orgUnitOutsideScope" } == true, "\(refused ?? [])")
      #expect(refused?.allSatisfy { $0["remedy"]?.string?.contains("for data capture") == true } == true)
      #expect(error?.remedy?.contains("for data capture") == true)
      #expect(await run.sandbox.dataValues().filter { $0.period == "202501" }.count == 1)
    }
  }

  @Test("Complete data are registered, and the analytics tables run, where that is asked for")
  func completeness() async throws {
    try await SandboxRun.with { run in
      var run = run
      run.test.blocks.add(
        DHIS2Credentials.self, "dhis2",
        [
          "base_url": .string(run.sandbox.dhis2URL), "username": .string(run.sandbox.dhis2AdminUsername),
          "password": .string(run.sandbox.dhis2Password),
        ])
      _ = try await run.test.run(
        ERA5ClimateImport.self, with(["register_complete": true, "run_analytics": true]))
      #expect(await run.requests("POST", "/completeDataSetRegistrations") == 1)
      #expect(await run.requests("POST", "/resourceTables/analytics") == 1)
    }
  }
}

extension JSONObject {
  fileprivate func merging(_ more: JSONObject) -> JSONObject {
    var merged = self
    for (key, value) in more { merged[key] = value }
    return merged
  }
}
