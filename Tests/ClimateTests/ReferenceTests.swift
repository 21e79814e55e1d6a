import Climate
import Essentials
import JSON
import Testing

/// Agreement with results that were computed independently.
@Suite(.enabled(if: Fixtures.areThere))
struct ReferenceTests {
  @Test(arguments: [
    ("P13", "sle60_hourly_202401.nc"), ("P601", "sle60_hourly_202401.nc"), ("P184", "cea60_monthly_2.nc"),
  ])
  func coverageAgreesWithPolygonIntersection(set: String, gridFile: String) throws {
    let grid = try ClimateFile(path: Fixtures.path("zonal/\(gridFile)")).grid
    let weights = ZonalWeights(grid: grid, zones: try Fixtures.zones("zonal/\(set).geojson"))
    var expected: [String: Double] = [:]
    for row in try Fixtures.rows("zonal/\(set)_coverage_f64.csv") {
      let fraction: Double = try #require(Double(row[3]))
      expected["\(row[0]),\(row[1]),\(row[2])"] = fraction
    }
    var seen = 0
    for (zone, id) in weights.ids.enumerated() {
      for cell in weights.coverage(ofZone: zone) {
        let reference = expected.removeValue(forKey: "\(id),\(cell.row),\(cell.column)") ?? 0
        #expect(abs(cell.fraction - reference) <= 1e-9, "\(id) row \(cell.row) column \(cell.column)")
        seen += 1
      }
    }
    #expect(seen > 900)
    for (cell, fraction) in expected { #expect(fraction <= 1e-9, "\(cell) is missing") }
  }

  @Test(arguments: ["P13", "P601"], ["t2m", "tp"])
  func hourlyMeansAgree(set: String, variable: String) throws {
    let file = try ClimateFile(path: Fixtures.path("zonal/sle60_hourly_202401.nc"))
    let weights = ZonalWeights(grid: try file.grid, zones: try Fixtures.zones("zonal/\(set).geojson"))
    let series = try file.zonalSeries(variable, weights: weights, options: ZonalOptions(nearest: 0))
    let zones = Dictionary(uniqueKeysWithValues: series.ids.enumerated().map { ($1, $0) })
    var without = Set<String>()
    for row in try Fixtures.rows("zonal/\(set)_hourly_\(variable)_every31.csv") {
      let zone = try #require(zones[String(row[0])])
      for (column, text) in row.dropFirst().enumerated() {
        let value = series[zone: zone, time: column * 31]
        let expected = try #require(Double(text))
        if expected.isNaN {
          #expect(value.value == nil && value.status == .noData && value.validFraction == 0)
          without.insert(String(row[0]))
        } else {
          let found = try #require(value.value)
          #expect(abs(found - expected) <= 1e-6 * abs(expected), "\(row[0]) step \(column * 31)")
        }
      }
    }
    #expect(without.count == (set == "P601" ? 8 : 0))
  }

  @Test func edgeCases() throws {
    let document = try JSONValue(parsing: FileOutput.read(Fixtures.path("zonal/edge.geojson")))
    let features = try #require(document["features"]?.array)
    #expect(features.count == 30)
    for feature in features {
      let properties = try #require(feature["properties"])
      let name = try #require(properties["id"]?.string)
      let file = try ClimateFile(path: Fixtures.path("zonal/\(try #require(properties["grid"]?.string))"))
      let weights = ZonalWeights(grid: try file.grid, zones: [Zone(id: name, geoJSON: feature["geometry"])])
      let value = try file.zonalSeries("t2m", weights: weights)[zone: 0, time: 0]
      switch properties["expect"]?.string {
      case "value": #expect(value.status == .ok, "\(name)")
      case "nearest": #expect(value.status == .nearest, "\(name)")
      case "none": #expect(value.status == .outsideGrid && value.value == nil, "\(name)")
      case "reject": #expect(value.status == .rejected && value.value == nil, "\(name)")
      default: Issue.record("\(name) expects nothing known")
      }
      if let expected = properties["value"]?.double {
        #expect(abs(try #require(value.value) - expected) <= 1e-9 * expected, "\(name)")
      }
      if let expected = properties["in_grid_fraction"]?.double {
        #expect(abs(value.inGridFraction - expected) <= 1e-9, "\(name)")
      }
      if let expected = properties["valid_fraction"]?.double {
        #expect(abs(value.validFraction - expected) <= 1e-9, "\(name)")
      }
    }
  }

  @Test func monthlyValuesAgree() throws {
    let file = try ClimateFile(path: Fixtures.path("era5/monthly_24_expver_0001_0005.nc"))
    let weights = ZonalWeights(grid: try file.grid, zones: try Fixtures.zones("zonal/P13.geojson"))
    let temperature = try file.zonalSeries("t2m", weights: weights).celsius()
    let rain = try file.zonalSeries("tp", weights: weights).millimetresPerMonth()
    let zones = Dictionary(uniqueKeysWithValues: rain.ids.enumerated().map { ($1, $0) })
    let months = Dictionary(
      uniqueKeysWithValues: rain.months.enumerated().map { ($1.description.filter { $0 != "-" }, $0) })
    var compared = 0
    for row in try Fixtures.rows("era5/expected_districts.csv") {
      guard row[1].count == 6 else { continue }
      let zone = try #require(zones[String(row[0])])
      let time = try #require(months[String(row[1])])
      let series = row[3] == "tp_mm_month" ? rain : temperature
      let expected = try #require(Double(row[4]))
      let value = try #require(series[zone: zone, time: time].value)
      #expect(abs(value - expected) <= 1e-6 * abs(expected), "\(row)")
      compared += 1
    }
    #expect(compared == 13 * 24 * 2)
    #expect(rain.versions.suffix(3) == [.final, .preliminary, .preliminary])
  }

  @Test func dailyValuesAgree() throws {
    let file = try ClimateFile(path: Fixtures.path("era5/hourly_4days_t2m_tp.nc"))
    let weights = ZonalWeights(grid: try file.grid, zones: try Fixtures.zones("zonal/P13.geojson"))
    let temperature = try file.read("t2m")
    let rain = try file.read("tp")
    let zones = Dictionary(uniqueKeysWithValues: weights.ids.enumerated().map { ($1, $0) })
    var made: [String: ([String: Int], ZonalSeries)] = [:]
    var compared = 0
    for row in try Fixtures.rows("era5/expected_districts.csv") where row[1].count == 8 {
      let key = "\(row[2]) \(row[3])"
      if made[key] == nil {
        let offset = try #require(UTCOffset(String(row[2])))
        let days: PeriodField
        switch row[3] {
        case "tp_mm": days = try Indicator.precipitation.daily(from: [rain], offset: offset)
        case "t2m_mean_c": days = try Indicator.temperatureMean.daily(from: [temperature], offset: offset)
        case "t2m_min_c": days = try Indicator.temperatureMinimum.daily(from: [temperature], offset: offset)
        default: days = try Indicator.temperatureMaximum.daily(from: [temperature], offset: offset)
        }
        let positions = Dictionary(uniqueKeysWithValues: days.periods.enumerated().map { ($1.id, $0) })
        made[key] = (positions, try days.means(over: weights))
      }
      let (positions, series) = try #require(made[key])
      let zone = try #require(zones[String(row[0])])
      let time = try #require(positions[String(row[1])])
      let value = try #require(series[zone: zone, time: time].value)
      let expected = try #require(Double(row[4]))
      // The file has twelve digits behind the point.
      #expect(abs(value - expected) <= 1e-6 * abs(expected) + 5e-13, "\(row)")
      compared += 1
    }
    #expect(compared == 1066 - 624)
  }
}
