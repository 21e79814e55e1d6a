import JSON
import Sandbox
import Testing

@Suite struct GridFileTests {
  @Test func theLayoutIsTheNewOne() async throws {
    try await withSandbox {
      $0.queueTime = .zero
    } _: { sandbox in
      let grid = try GridReading(try await sandbox.download(monthlyInputs))
      #expect(grid.names == ["t2m", "tp", "number", "valid_time", "latitude", "longitude", "expver"])
      #expect(grid.dimensions == ["valid_time": 2, "latitude": 31, "longitude": 31])
      #expect(grid.latitudes.first == -3.5)
      #expect(grid.latitudes.last == -6.5)
      #expect(grid.longitudes == (0...30).map { Double($0 - 165) / 10 })
      // 2026-01-01 and 2026-02-01.
      #expect(grid.times == [1_767_225_600, 1_769_904_000])
      #expect(grid.versions == ["0001", "0001"])
      #expect(grid.shuffleAndDeflate["t2m"] == [1, 1, 1])
      #expect(grid.fillValues["t2m"]?.isNaN == true)
      let field = try #require(grid.fields["t2m"])
      #expect(field.contains { $0.isNaN })
      #expect(field.filter { !$0.isNaN }.allSatisfy { (285...310).contains($0) })
      #expect(field.count { !$0.isNaN } > 200)
    }
  }

  /// Not on the lattice: the points begin at the south-west corner, and the north and east are not reached.
  @Test func anAreaOffTheLatticeIsInterpolatedFromItsCorner() async throws {
    try await withSandbox {
      $0.queueTime = .zero
    } _: { sandbox in
      let grid = try GridReading(
        try await sandbox.download(monthlyInputs.with(["area": [-3.9996, -15.3035, -5.0824, -14.2658]])))
      #expect(grid.latitudes.last == -5.082)
      #expect(grid.latitudes.first == -4.082)
      #expect(grid.longitudes.first == -15.304 || grid.longitudes.first == -15.303)
      #expect(grid.latitudes.count == 11)
      #expect(grid.longitudes.count == 11)
    }
  }

  @Test func hoursAddUpToDaysAndDaysToMonths() async throws {
    try await withSandbox {
      $0.queueTime = .zero
      $0.costLimit = 100_000
    } _: { sandbox in
      let area: JSONValue = [-5, -15, -5.2, -14.8]
      let days = JSONValue.array((1...31).map { .string($0 < 10 ? "0\($0)" : "\($0)") })
      let hours = JSONValue.array((0...23).map { .string(($0 < 10 ? "0\($0)" : "\($0)") + ":00") })
      func hourly(_ variable: String, months: JSONValue) async throws -> GridReading {
        try GridReading(
          try await sandbox.download(
            [
              "variable": .string(variable), "year": "2026", "month": months, "day": days, "time": hours,
              "area": area,
              "data_format": "netcdf",
            ], Sandbox.hourly))
      }
      let monthly = try GridReading(
        try await sandbox.download(monthlyInputs.with(["area": area, "month": ["02"]])))
      // February and the first stamp of March: days that do not exist are passed over.
      let rain = try await hourly("total_precipitation", months: ["02", "03"])
      #expect(rain.times.count == (28 + 31) * 24)
      let plane = 9
      let total = try #require(rain.fields["tp"])
      let mean = try #require(monthly.fields["tp"])
      let warmth = try #require(try await hourly("2m_temperature", months: ["02"]).fields["t2m"])
      let monthWarmth = try #require(monthly.fields["t2m"])
      for cell in 0..<plane where !mean[cell].isNaN {
        let sum = (1...28).reduce(0.0) { $0 + Double(total[$1 * 24 * plane + cell]) }
        #expect(abs(sum / 28 - Double(mean[cell])) < 1e-8)
        let average = (0..<28 * 24).reduce(0.0) { $0 + Double(warmth[$1 * plane + cell]) } / (28 * 24)
        #expect(abs(average - Double(monthWarmth[cell])) < 1e-3)
        // Stamp 01 begins anew: no rain falls at night, but for the trace of packing.
        #expect(total[25 * plane + cell] < 2e-7)
      }
      #expect(mean.contains { $0 > 0 })
    }
  }

  @Test func monthlyRainOfTheFaultyMonthsIsTooLow() async throws {
    try await withSandbox {
      $0.queueTime = .zero
    } _: { sandbox in
      let inputs = monthlyInputs.with([
        "year": ["2023"], "month": ["06"], "variable": ["total_precipitation"],
        "area": [-4.8, -15.2, -5.2, -14.8],
      ])
      let faulty = try #require(try GridReading(try await sandbox.download(inputs)).fields["tp"])
      let right = try #require(
        try GridReading(
          try await sandbox.download(
            inputs.with(["product_type": ["monthly_averaged_reanalysis_by_hour_of_day"]]))
        ).fields["tp"])
      let (low, high) = (faulty.filter { !$0.isNaN }.reduce(0, +), right.filter { !$0.isNaN }.reduce(0, +))
      #expect(low < high * 0.7)
      #expect(low > 0)
    }
  }

  @Test func mixedStepTypesAndZipsComeAsArchives() async throws {
    try await withSandbox {
      $0.queueTime = .zero
    } _: { sandbox in
      func names(_ archive: [UInt8]) -> [String] {
        var names: [String] = []
        var position = 0
        // Local headers one after the other: signature, method at 8, sizes at 18 and 22, name length at 26.
        while archive[position...].starts(with: [0x50, 0x4B, 3, 4]) {
          #expect(archive[position + 8] == 8)
          func number(_ offset: Int, _ count: Int) -> Int {
            (0..<count).reduce(0) { $0 | Int(archive[position + offset + $1]) << ($1 * 8) }
          }
          names.append(
            String(decoding: archive[position + 30..<position + 30 + number(26, 2)], as: UTF8.self))
          position += 30 + number(26, 2) + number(28, 2) + number(18, 4)
        }
        return names
      }
      let mixed = try await sandbox.download(
        [
          "variable": ["2m_temperature", "total_precipitation"], "year": "2026", "month": "02", "day": "01",
          "time": ["00:00"], "area": [-5, -15, -5.2, -14.8], "data_format": "netcdf",
        ], Sandbox.hourly)
      #expect(names(mixed) == ["data_stream-oper_stepType-instant.nc", "data_stream-oper_stepType-accum.nc"])
      let zipped = try await sandbox.download(monthlyInputs.with(["download_format": "zip"]))
      #expect(names(zipped) == ["data_stream-moda.nc"])
    }
  }

  @Test func aGivenFileIsServedAsItIs() async throws {
    let content = Array("CDF\u{1} of my own".utf8)
    try await withTemporaryFile(content) { path in
      try await withSandbox {
        $0.queueTime = .zero
        $0.gridFile = path
      } _: { sandbox in
        let served = try await sandbox.download(monthlyInputs)
        #expect(served == content)
      }
    }
  }
}
