import Climate
import FoundationEssentials
import Glibc
import JSON
import Testing

@Suite struct ZonalMeansTests {
  let grid: Grid
  init() throws { grid = try TestGrids.unit(8) }

  private func value(_ shape: Shape, _ field: Field, _ options: ZonalOptions = ZonalOptions()) throws
    -> ZonalValue
  {
    try ZonalWeights(grid: grid, zones: [Zone(id: "a", shape: shape)]).means(of: field, options: options)[
      zone: 0, time: 0]
  }

  @Test func aConstantFieldGivesTheConstant() throws {
    let field = try TestGrids.field(grid) { _, _ in 287.65 }
    var random = SteadyRandom(11)
    for _ in 0..<20 {
      let ring = CoveragePropertyTests.star(&random, x: 4, y: 4, radius: 5, vertices: 30)
      let found = try #require(try value(.polygon([ring]), field).value)
      #expect(found == 287.65)
    }
  }

  @Test func cellsCountByTheirAreaOnTheSphere() throws {
    // Two cells above each other, between 0, 1 and 2 degrees.
    let field = try TestGrids.field(grid) { latitude, _ in latitude }
    let low = sin(Double.pi / 180)
    let high = sin(2 * Double.pi / 180) - low
    let found = try #require(try value(.box(3, 0, 4, 2), field).value)
    #expect(abs(found - (low * 0.5 + high * 1.5) / (low + high)) < 1e-12)
  }

  @Test func aFieldOfLongitudeGivesTheMeanOfTheCells() throws {
    let field = try TestGrids.field(grid) { _, longitude in longitude }
    // Half of cell 1.5, all of 2.5 and 3.5, a quarter of 4.5.
    let found = try #require(try value(.box(1.5, 2, 4.25, 3), field).value)
    #expect(abs(found - (0.5 * 1.5 + 2.5 + 3.5 + 0.25 * 4.5) / 2.75) < 1e-12)
  }

  @Test func cellsWithoutAValueAreLeftOut() throws {
    let field = try TestGrids.field(grid) { _, longitude in longitude < 4 ? .nan : longitude }
    let partly = try value(.box(3, 2, 5, 3), field)
    #expect(partly.status == .ok)
    #expect(partly.value == 4.5)
    #expect(abs(partly.validFraction - 0.5) < 1e-12)
    let strict = try value(.box(3, 2, 5, 3), field, ZonalOptions(minimumValidFraction: 0.6))
    #expect(strict.status == .lowCoverage)
    #expect(strict.value == 4.5)
  }

  @Test func withoutAnyValueTheNearestCellStandsIn() throws {
    let field = try TestGrids.field(grid) { _, longitude in longitude < 4 ? .nan : longitude }
    let near = try value(.box(3.2, 2.2, 3.8, 2.8), field, ZonalOptions(nearest: 1.1))
    #expect(near.status == .nearest)
    #expect(near.value == 4.5)
    #expect(near.validFraction == 0)
    #expect(near.inGridFraction == 1)
    let far = try value(.box(3.2, 2.2, 3.8, 2.8), field, ZonalOptions(nearest: 0.9))
    #expect(far == ZonalValue(value: nil, status: .noData, validFraction: 0, inGridFraction: 1))
    #expect(try value(.box(3.2, 2.2, 3.8, 2.8), field, ZonalOptions(nearest: 0)).status == .noData)
  }

  @Test func ofEquallyNearCellsTheNorthernThenTheWesternOneIsTaken() throws {
    // On the equator, where north and south, east and west are equally far.
    let centres = [-1.0, 0, 1]
    let grid = try Grid(latitudes: [1, 0, -1], longitudes: centres)
    let zones = [Zone(id: "a", shape: .point(Point(longitude: 0, latitude: 0)))]
    let weights = ZonalWeights(grid: grid, zones: zones)
    func nearest(_ values: [Double]) throws -> Double? {
      let field = try Field(grid: grid, times: [Date(timeIntervalSince1970: 0)], values: values)
      return try weights.means(of: field, options: ZonalOptions(nearest: 2))[zone: 0, time: 0].value
    }
    let nan = Double.nan
    #expect(try nearest([nan, 2, nan, 4, nan, 6, nan, 8, nan]) == 2)
    #expect(try nearest([nan, nan, nan, 4, nan, 6, nan, 8, nan]) == 4)
    #expect(try nearest([nan, nan, nan, nan, nan, 6, nan, 8, nan]) == 6)
    #expect(try nearest([1, nan, 3, nan, nan, nan, nan, nan, nan]) == 1)
  }

  @Test func theRepresentativePointOfACrescentLiesInside() throws {
    // A U whose centroid lies between its arms: the left arm is wider.
    let crescent = Shape.polygon([[[1, 1], [7, 1], [7, 6], [6, 6], [6, 2], [3, 2], [3, 6], [1, 6]]])
    let field = try TestGrids.field(grid) { latitude, longitude in
      longitude == 2.5 || (latitude == 3.5 && longitude == 4.5) ? longitude * 100 + latitude : .nan
    }
    // Take the values under the crescent away, so that the nearest is looked for around (2, ...).
    let masked = try TestGrids.field(grid) { latitude, longitude in
      let under = longitude == 2.5 && latitude < 6
      return under ? .nan : (longitude == 2.5 ? longitude : longitude == 4.5 && latitude == 3.5 ? 99 : .nan)
    }
    #expect(try value(crescent, field).status == .ok)
    #expect(try value(crescent, masked, ZonalOptions(nearest: 3.5)).value == 99)
  }

  @Test func pointsTakeTheCellTheyLieIn() throws {
    let field = try TestGrids.field(grid) { latitude, longitude in latitude * 10 + longitude }
    #expect(try value(.point(Point(longitude: 2.9, latitude: 1.1)), field).value == 17.5)
    #expect(try value(.point(Point(longitude: 362.9, latitude: 1.1)), field).value == 17.5)
    // Between cells the northern and the western one; on the rim the outermost.
    #expect(try value(.point(Point(longitude: 3, latitude: 2)), field).value == 27.5)
    #expect(try value(.point(Point(longitude: 8, latitude: 8)), field).value == 82.5)
    #expect(try value(.point(Point(longitude: 8.01, latitude: 2)), field).status == .outsideGrid)
  }

  @Test func whatIsNoAreaIsSaidByName() throws {
    let field = try TestGrids.field(grid) { _, _ in 1 }
    let weights = ZonalWeights(
      grid: grid,
      zones: [
        Zone(id: "null", geoJSON: nil),
        Zone(id: "line", geoJSON: ["type": "LineString", "coordinates": [[1, 1], [2, 2]]]),
        Zone(id: "empty", geoJSON: ["type": "Polygon", "coordinates": []]),
        Zone(id: "far", shape: .box(20, 20, 21, 21)),
        Zone(id: "beside", shape: .box(8, 2, 9, 3)),
        Zone(id: "flat", shape: .polygon([[[2, 2], [3, 2], [2, 2]]])),
      ])
    let series = try weights.means(of: field)
    #expect(
      (0..<6).map { series[zone: $0, time: 0].status } == [
        .rejected, .rejected, .rejected, .outsideGrid, .outsideGrid, .noData,
      ])
    #expect(series.refusals[1]?.contains("LineString") == true)
    #expect(series.statusCounts == [.rejected: 3, .outsideGrid: 2, .noData: 1])
    #expect((0..<6).allSatisfy { series[zone: $0, time: 0].value == nil })
  }

  @Test func theNumberOfThreadsChangesNoBit() throws {
    var random = SteadyRandom(12)
    let times = (0..<50).map { Date(timeIntervalSince1970: Double($0) * 3600) }
    let values = (0..<50 * 64).map { $0 % 17 == 0 ? .nan : Double.random(in: 250...310, using: &random) }
    let field = try Field(grid: grid, times: times, values: values)
    let zones = (0..<40).map { index in
      let ring = CoveragePropertyTests.star(
        &random, x: .random(in: 0...8, using: &random), y: 4, radius: 2, vertices: 20)
      return Zone(id: "\(index)", shape: .polygon([ring]))
    }
    func bits(_ threads: Int) throws -> [UInt64] {
      let weights = ZonalWeights(grid: grid, zones: zones, threads: threads)
      let series = try weights.means(of: field, options: ZonalOptions(threads: threads))
      return (0..<50).flatMap { time in (0..<40).map { (series[zone: $0, time: time].value ?? -1).bitPattern }
      }
    }
    let single = try bits(1)
    for threads in [2, 3, 8] { #expect(try bits(threads) == single) }
  }

  @Test func aFieldOfAnotherGridIsRefused() throws {
    let other = try TestGrids.field(TestGrids.unit(4)) { _, _ in 1 }
    #expect(throws: ClimateFailure.self) { try value(.box(0, 0, 1, 1), other) }
  }
}
