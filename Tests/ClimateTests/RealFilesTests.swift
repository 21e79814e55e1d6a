import Climate
import Essentials
import FoundationEssentials
import JSON
import Testing

/// Real files of the Climate Data Store, in every layout.
@Suite(.enabled(if: Fixtures.areThere))
struct RealFilesTests {
  @Test(arguments: [
    (
      "hourly_4days_t2m_tp.nc", "t2m tp", 97, DataVersion.final, "2025-02-01T00:00:00Z",
      "2025-02-05T00:00:00Z"
    ),
    (
      "monthly_24_expver_0001_0005.nc", "t2m tp", 24, .preliminary, "2023-09-01T00:00:00Z",
      "2025-08-01T00:00:00Z"
    ),
    ("monthly_lon0_360_band.nc", "t2m", 1, .final, "2025-02-01T00:00:00Z", "2025-02-01T00:00:00Z"),
    (
      "era5-land-daily-mean-temperature-2m-july-2025-sierra-leone.nc", "t2m", 31, .unknown,
      "2025-07-01T00:00:00Z", "2025-07-31T00:00:00Z"
    ),
    ("instant_accum.zip", "t2m tp", 97, .final, "2025-02-01T00:00:00Z", "2025-02-05T00:00:00Z"),
    ("single_data_0.zip", "t2m tp", 97, .final, "2025-02-01T00:00:00Z", "2025-02-05T00:00:00Z"),
    (
      "legacy_packed_expver_dim.nc", "t2m tp", 48, .preliminary, "2025-02-01T00:00:00Z",
      "2025-02-02T23:00:00Z"
    ),
    ("earthkit-era5_2t_1.nc", "t2m", 1, .unknown, "2021-03-01T12:00:00Z", "2021-03-01T12:00:00Z"),
    ("earthkit-test.nc", "msl t2m", 1, .unknown, "2020-05-13T12:00:00Z", "2020-05-13T12:00:00Z"),
  ])
  func everyLayout(name: String, variables: String, count: Int, last: DataVersion, from: String, to: String)
    throws
  {
    let file = try ClimateFile(path: Fixtures.path("era5/\(name)"))
    #expect(file.variables.map(\.name).sorted().joined(separator: " ") == variables)
    let variable = try file.variable("t2m")
    #expect(variable.times.count == count && variable.versions.count == count)
    #expect(variable.versions.last == last)
    #expect(variable.times.first.map(ISOTime.text) == from && variable.times.last.map(ISOTime.text) == to)
    let field = try file.read("t2m", times: 0..<1)
    let values = (0..<field.grid.rowCount).flatMap { row in
      (0..<field.grid.columnCount).map { field[time: 0, row: row, column: $0] }
    }.filter { !$0.isNaN }
    #expect(!values.isEmpty && values.allSatisfy { (200...330).contains($0) })
  }

  @Test func theLegacyLayoutHoldsTheSameValuesAsTheNewOne() throws {
    let old = try ClimateFile(path: Fixtures.path("era5/legacy_packed_expver_dim.nc")).read("t2m")
    let new = try ClimateFile(path: Fixtures.path("era5/hourly_4days_t2m_tp.nc")).read("t2m", times: 0..<48)
    var compared = 0
    for time in 0..<48 {
      for row in 0..<31 {
        for column in 0..<31 {
          let (a, b) = (old[time: time, row: row, column: column], new[time: time, row: row, column: column])
          if a.isNaN || b.isNaN { continue }
          // Half a step of the packing, and what floats lose.
          #expect(abs(a - b) < 0.0002)
          compared += 1
        }
      }
    }
    #expect(compared > 48 * 500)
  }

  @Test func gribIsRefusedWithTheRemedy() {
    #expect { try ClimateFile(path: Fixtures.path("era5/openhexa-sample_202503.grib")) } throws: {
      FailureKind(of: $0) == .rejected && "\($0)".contains("GRIB")
        && "\($0)".contains("\"data_format\": \"netcdf\"")
    }
  }

  @Test func negativeLongitudesOnAGridFromZeroTo360() throws {
    let file = try ClimateFile(path: Fixtures.path("era5/monthly_lon0_360_band.nc"))
    let weights = ZonalWeights(grid: try file.grid, zones: try Fixtures.zones("zonal/P13.geojson"))
    #expect(weights.inGridFractions.allSatisfy { $0 == 1 })
    let temperatures = try file.zonalSeries("t2m", weights: weights).celsius()
    #expect((0..<13).allSatisfy { (20...32).contains(temperatures[zone: $0, time: 0].value ?? 0) })
  }

  /// What a flow that imports months does, from the file to the values.
  @Test func theJourneyOfAnImport() throws {
    let orgUnits = try #require(
      JSONValue(parsing: FileOutput.read(Fixtures.path("zonal/P13.geojson")))["features"]?.array)

    let zones = orgUnits.map { Zone(id: $0["id"]?.string ?? "?", geoJSON: $0["geometry"]) }
    let areas = RequestArea.covering(zones.map(\.shape))
    let file = try ClimateFile(path: Fixtures.path("era5/monthly_24_expver_0001_0005.nc"))
    let months = CalendarMonth.range(
      try #require(CalendarMonth("2025-07")), try #require(CalendarMonth("2025-09")))
    let missing = try file.variable("t2m").missing(Stamps.monthly(months))
    let weights = ZonalWeights(grid: try file.grid, zones: zones)
    let problems = Delivery(of: weights).problems
    let temperature = try file.zonalSeries("t2m", weights: weights).celsius()
    let rain = try file.zonalSeries("tp", weights: weights).millimetresPerMonth()

    #expect(areas.map(\.decimals) == [["10.2", "-13.5", "6.8", "-10.1"]])
    #expect(missing.map(ISOTime.text) == ["2025-09-01T00:00:00Z"])
    #expect(problems.isEmpty)
    #expect(temperature.months.last?.description == "2025-08" && temperature.versions.last == .preliminary)
    #expect(temperature.statusCounts == [.ok: 13 * 24])
    #expect(throws: ClimateFailure.self) { try rain.refusingFaultyMonths() }
  }
}
