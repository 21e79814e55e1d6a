import FlowKit
import FlowKitTesting
import Flows
import Foundation
import Sandbox
import Testing

/// One line of the reference results.
private struct Reference {
  let unit: String
  let period: String
  let variable: String
  let value: Double

  static func months(_ fixtures: String) throws -> [Reference] {
    try String(contentsOfFile: "\(fixtures)/era5/expected_districts.csv", encoding: .utf8).split(
      whereSeparator: \.isNewline
    )
    .dropFirst().compactMap { line in
      let cells = line.split(separator: ",").map(String.init)
      guard cells[1].count == 6, let value = Double(cells[4]) else { return nil }
      return Reference(unit: cells[0], period: cells[1], variable: cells[3], value: value)
    }
  }
}

@Suite("The import on real data", .enabled(if: Project.fixtures != nil, "needs ../shared/fixtures"))
struct ERA5ReferenceTests {
  @Test(
    "District by district and month by month, DHIS2 holds the reference results", arguments: [false, true])
  func districts(newEngine: Bool) async throws {
    let fixtures = try #require(Project.fixtures)
    try await SandboxRun.with({
      $0.orgUnitsFile = "\(fixtures)/zonal/P13.geojson"
      $0.gridFile = "\(fixtures)/era5/monthly_24_expver_0001_0005.nc"
      $0.dhis2Version = newEngine ? .v2_43 : .v2_42
    }) { run in
      let all = try await run.test.run(
        ERA5ClimateImport.self,
        [
          "from": "2024-03", "to": "2025-08", "indicators": ["mean_temperature", "precipitation"],
        ])
      #expect(all.json["values"]?["created"]?.integer == 13 * 18 * 2)
      #expect(all.json["preliminary_months"] == ["2025-07", "2025-08"])
      _ = try await run.test.run(
        ERA5ClimateImport.self, ["from": "2023-09", "to": "2024-02", "indicators": ["mean_temperature"]])
      let held = await run.values()
      var compared = 0
      for reference in try Reference.months(fixtures) {
        let rain = reference.variable == "tp_mm_month"
        if rain, reference.period < "202403" { continue }
        let key = "\(rain ? "PfE5PrcEst1" : "PfE5TmpEst1") \(reference.period) \(reference.unit)"
        let value = try #require(held[key].flatMap(Double.init), "\(key)")
        #expect(abs(value - reference.value) <= 0.5e-4 + 1e-6 * abs(reference.value), "\(key)")
        compared += 1
      }
      #expect(compared == 13 * 24 + 13 * 18)
    }
  }
}
