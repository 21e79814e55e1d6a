import Connectors
import Essentials
import FlowKit
import FlowKitTesting
import Flows
import Foundation
import Sandbox
import Testing

@Suite("Periods, products and days of an import") struct ERA5PeriodTests {
  /// The values of one data element, by period and org unit.
  private func values(_ run: SandboxRun, _ element: String) async -> [String: Double] {
    var found: [String: Double] = [:]
    for value in await run.sandbox.dataValues() where value.dataElement == element {
      found["\(value.period) \(value.orgUnit)"] = Double(value.value)
    }
    return found
  }

  private func unit(_ run: SandboxRun) throws -> String {
    try #require(run.sandbox.orgUnits().first { $0.level == 2 && $0.geometry != nil }).id
  }

  @Test("The seven indicators of a month are in the ranges that they can have")
  func sevenIndicators() async throws {
    try await SandboxRun.with { run in
      _ = try await run.test.run(ERA5ClimateImport.self, ["from": "2025-01", "to": "2025-01"])
      let ranges: [(String, ClosedRange<Double>)] = [
        ("PfE5TmpEst1", 15...40), ("PfE5PrcEst1", 0...2000), ("PfE5HumEst1", 5...100),
        ("PfE5WndEst1", 0...30),
        ("PfE5SknEst1", 10...60), ("PfE5RadEst1", 50...400), ("PfE5SoiEst1", 0...0.8),
      ]
      for (element, range) in ranges {
        let found = await values(run, element)
        #expect(found.count == 4, "\(element)")
        for (key, value) in found { #expect(range.contains(value), "\(element) \(key): \(value)") }
      }
      // One job has all variables of the month.
      #expect(await run.requests("POST", "/execution") == 1)
    }
  }

  @Test("Days of UTC: one value a day, and their sum is the rain of the month from the same hours")
  func daily() async throws {
    try await SandboxRun.with { run in
      let parameters: JSONObject = [
        "from": "2025-01", "to": "2025-01", "indicators": ["precipitation", "mean_temperature"],
        "source": "hourly",
      ]
      var daily = parameters
      daily["period_type"] = "daily"
      let result = try await run.test.run(ERA5ClimateImport.self, daily)
      #expect(result.json["periods"]?.integer == 31)
      _ = try await run.test.run(ERA5ClimateImport.self, parameters)
      let unit = try unit(run)
      let days = await values(run, "PfE5PrcDay1").filter { $0.key.hasSuffix(unit) }
      #expect(days.count == 31)
      let month = try #require(await values(run, "PfE5PrcEst1")["202501 \(unit)"])
      // Each of 31 values was rounded to 4 decimals.
      #expect(abs(days.values.reduce(0, +) - month) < 31 * 0.5e-4 + 1e-4)
      let temperatures = await values(run, "PfE5TmpDay1").filter { $0.key.hasSuffix(unit) }.values
      let mean = try #require(await values(run, "PfE5TmpEst1")["202501 \(unit)"])
      #expect(abs(temperatures.reduce(0, +) / 31 - mean) < 1e-4)
      // The second run needs the same hours, and the stamp that closes the month: nothing is asked again.
      #expect(await run.requests("POST", "/execution") == 2)
    }
  }

  @Test("Weeks are imported with the month that they end in, each once")
  func weekly() async throws {
    try await SandboxRun.with { run in
      for month in ["2024-12", "2025-01"] {
        _ = try await run.test.run(
          ERA5ClimateImport.self,
          [
            "from": .string(month), "to": .string(month), "indicators": ["precipitation"],
            "period_type": "weekly",
          ])
      }
      let unit = try unit(run)
      let weeks = await values(run, "PfE5PrcWek1").keys.filter { $0.hasSuffix(unit) }.map {
        $0.split(separator: " ")[0]
      }
      // 2024-12-01 is the Sunday of week 48; 2025-01-26 that of week 4. The week of new year is 2025W1.
      #expect(
        Set(weeks) == [
          "2024W48", "2024W49", "2024W50", "2024W51", "2024W52", "2025W1", "2025W2", "2025W3", "2025W4",
        ])
    }
  }

  @Test(
    "Days of another time zone differ, and so do those of half hours",
    arguments: ["+03:00", "+05:45", "-04:00"])
  func timeZone(offset: String) async throws {
    try await SandboxRun.with { run in
      var parameters: JSONObject = [
        "from": "2025-02", "to": "2025-02", "indicators": ["precipitation"], "period_type": "daily",
        "source": "hourly",
      ]
      _ = try await run.test.run(ERA5ClimateImport.self, parameters)
      let universal = await values(run, "PfE5PrcDay1")
      parameters["time_zone"] = .string(offset)
      let result = try await run.test.run(ERA5ClimateImport.self, parameters)
      let local = await values(run, "PfE5PrcDay1")
      #expect(local.count == universal.count && local.count == 28 * 4)
      #expect(local != universal)
      #expect(result.json["time_zone"]?.string == "UTC\(offset)")
      // What falls in a month differs only by its ends.
      let unit = try unit(run)
      func total(_ values: [String: Double]) -> Double {
        values.filter { $0.key.hasSuffix(unit) }.values.reduce(0, +)
      }
      #expect(abs(total(local) - total(universal)) < 0.25 * max(total(universal), 20))
    }
  }

  @Test("Months that the monthly means have wrong are made from the stamps of 00 UTC")
  func faultyMonths() async throws {
    try await SandboxRun.with { run in
      let parameters: JSONObject = [
        "from": "2024-01", "to": "2024-03", "indicators": ["precipitation", "mean_temperature"],
      ]
      _ = try await run.test.run(ERA5ClimateImport.self, parameters)
      let repaired = await values(run, "PfE5PrcEst1")
      #expect(repaired.count == 12)
      // One job of monthly means, one for each of the two months, and one for the stamp that closes February is in
      // March: the days of a month are one request.
      let asked = await run.requests("POST", "reanalysis-era5-land/execution")
      #expect(asked == 3)
      var hourly = parameters
      hourly["source"] = "hourly"
      hourly["to"] = "2024-02"
      _ = try await run.test.run(ERA5ClimateImport.self, hourly)
      let exact = await values(run, "PfE5PrcEst1")
      for (key, value) in exact where key < "202403" {
        #expect(abs(value - (repaired[key] ?? -1)) < 1e-4, "\(key)")
      }
      #expect(run.test.reporter.lines.contains { $0.message.contains("wrong at the source") })
    }
  }

  @Test(
    "A server with the Ethiopian calendar is refused, unless its months are asked for; then they are its own")
  func ethiopian() async throws {
    try await SandboxRun.with({ $0.calendar = .ethiopian }) { run in
      let parameters: JSONObject = [
        "from": "2025-02", "to": "2025-02", "indicators": ["precipitation"], "source": "hourly",
      ]
      let error = await #expect(throws: Misconfiguration.self) {
        try await run.test.run(ERA5ClimateImport.self, parameters)
      }
      #expect(error?.message.contains("in the ethiopian calendar") == true)
      #expect(error?.remedy?.contains("--local-calendar") == true)
      var local = parameters
      local["local_calendar"] = true
      _ = try await run.test.run(ERA5ClimateImport.self, local)
      // Tir 2017, the fifth month, is 9 January to 7 February 2025.
      #expect(Set(await run.sandbox.dataValues().map(\.period)) == ["201705"])
      let tir = await values(run, "PfE5PrcEst1")
      try await SandboxRun.with { other in
        var daily = parameters
        daily["from"] = "2025-01"
        daily["period_type"] = "daily"
        _ = try await other.test.run(ERA5ClimateImport.self, daily)
        let days = await values(other, "PfE5PrcDay1").filter {
          "20250109"..."20250207" ~= String($0.key.prefix(8))
        }
        let unit = try unit(other)
        let sum = days.filter { $0.key.hasSuffix(unit) }.values.reduce(0, +)
        let month = try #require(tir["201705 \(unit)"])
        #expect(abs(sum - month) < 30 * 0.5e-4 + 1e-4)
      }
    }
  }

  @Test("What does not go together is refused before anything is asked")
  func refused() async throws {
    let cases: [(JSONObject, String)] = [
      (["period_type": "daily", "source": "monthly_means"], "has no daily values"),
      (["time_zone": "+03:00", "source": "monthly_means"], "has no days in +03:00"),
      (["time_zone": "Africa/Nowhere"], "time_zone must be UTC, an offset"),
      (["data_set": "abcdefghij1"], "without data_elements"),
      (["data_elements": ["precipitation": "abcdefghij1"]], "without the data_set"),
      (
        ["data_set": "abcdefghij1", "data_elements": ["precipitation": "abcdefghij1"]],
        "has none for mean_temperature"
      ),
      (
        [
          "data_set": "abcdefghij1", "indicators": ["precipitation", "soil_moisture"],
          "data_elements": ["precipitation": "abcdefghij1", "soil_moisture": "abcdefghij1"],
        ], "is named for 2 indicators"
      ),
    ]
    try await SandboxRun.with { run in
      for (parameters, problem) in cases {
        var all = parameters
        all["from"] = "2025-01"
        all["to"] = "2025-01"
        let error = await #expect(throws: Misconfiguration.self, "\(problem)") {
          try await run.test.run(ERA5ClimateImport.self, all)
        }
        #expect(error?.message.contains(problem) == true, "\(error?.message ?? "")")
      }
      #expect(await run.sandbox.requests().isEmpty)
    }
  }
}
