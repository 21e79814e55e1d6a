import Climate
import Testing

@Suite struct GridTests {
  @Test func edgesAreMidpoints() throws {
    let grid = try Grid(latitudes: [10, 9.9, 9.8], longitudes: [-13, -12.9])
    #expect(abs(grid.north - 10.05) < 1e-12 && abs(grid.south - 9.75) < 1e-12)
    #expect(abs(grid.west + 13.05) < 1e-12 && abs(grid.east + 12.85) < 1e-12)
  }

  @Test func cellsEndAtThePoles() throws {
    let grid = try Grid(latitudes: [90, 80, 70], longitudes: [0, 10])
    #expect(grid.north == 90)
    let weights = ZonalWeights(grid: grid, zones: [Zone(id: "a", shape: .box(-5, 85, 5, 90))])
    #expect(weights.coverage(ofZone: 0).map(\.fraction) == [1])
    #expect(weights.weights[0] > 0)
  }

  @Test func aLoneRowOrColumn() throws {
    let grid = try Grid(latitudes: [5], longitudes: [0, 0.25, 0.5])
    #expect(abs(grid.north - grid.south - 0.25) < 1e-12)
  }

  @Test("Coordinates that are no places are refused") func whatIsNoGridIsRefused() {
    for (latitudes, longitudes) in [
      ([], [1.0]), ([1.0, 0], []), ([1, 1, 0], [0, 1]), ([1, 2, 1.5], [0, 1]), ([91, 90], [0, 1]),
      ([1, .nan], [0, 1]), ([1, 0], [0, 1, 9.97e36]), ([1, 0], [0, 200, 0, 200]),
    ] as [([Double], [Double])] {
      #expect(throws: ClimateFailure.self) { try Grid(latitudes: latitudes, longitudes: longitudes) }
    }
  }

  @Test(
    "Longitudes that begin anew once go on",
    arguments: [
      ([359.8, 359.9, 0, 0.1], [359.8, 359.9, 360, 360.1]),
      ([179.8, 179.9, -180, -179.9], [179.8, 179.9, 180, 180.1]),
      ([0.1, 0, 359.9, 359.8], [0.1, 0, -0.1, -0.2]), ([179.95, -179.95], [179.95, 180.05]),
      ([0, 120, 240], [0, 120, 240]),
    ] as [([Double], [Double])])
  func longitudesThatBeginAnew(longitudes: [Double], expected: [Double]) throws {
    let grid = try Grid(latitudes: [1, 0.9], longitudes: longitudes)
    #expect(agree([grid.longitudes], [expected]))
    let middle = (expected[1] + expected[0]) / 2
    let width = abs(expected[1] - expected[0])
    // Half of each of the first two columns, wherever the globe is said to begin.
    for turn in [-360.0, 0, 360] {
      let box = Shape.box(middle + turn - width / 2, 0.95, middle + turn + width / 2, 1.05)
      let matrix = grid.matrix(box)
      #expect(abs(matrix[0][0] - 0.5) < 1e-9 && abs(matrix[0][1] - 0.5) < 1e-9)
    }
  }

  @Test("Edges of uneven rows are midpoints too") func unevenRows() throws {
    let grid = try Grid(latitudes: [12, 11.9, 11.8, 11.6, 11.3], longitudes: [0, 1])
    // Edges: 12.05, 11.95, 11.85, 11.7, 11.45, 11.15.
    #expect(abs(grid.north - 12.05) < 1e-12 && abs(grid.south - 11.15) < 1e-12)
    let matrix = grid.matrix(.box(-0.5, 11.4, 0.5, 11.8))
    let expected = [0, 0, 0.1 / 0.15, 1, 0.05 / 0.3]
    #expect(agree(matrix.map { [$0[0]] }, expected.map { [$0] }, within: 1e-12))
    // 0.1 degrees beside much wider cells: each is found from wherever one begins.
    let steep = try Grid(latitudes: [0, 1], longitudes: [0, 0.1, 0.2, 0.3, 50, 100])
    for position in 0..<6 {
      let centre = steep.longitudes[position]
      #expect(steep.columnAxis.locate(centre) == position)
    }
  }

  @Test func theLatticeOfTheDataset() throws {
    let on = try Grid(latitudes: [10, 9.9], longitudes: [-13.3, -13.2])
    #expect(on.deviation() < 1e-9)
    let beside = try Grid(latitudes: [9.918, 9.818], longitudes: [-13.304, -13.204])
    #expect(abs(beside.deviation() - 0.018) < 1e-9)
  }

  @Test func aDeliveryIsHeldAgainstTheRequest() throws {
    let zones = [
      Zone(id: "in", shape: .box(1, 1, 2, 2)), Zone(id: "half", shape: .box(-0.5, 1, 0.5, 2)),
      Zone(id: "null", geoJSON: nil),
    ]
    let good = Delivery(of: ZonalWeights(grid: try TestGrids.unit(), zones: [zones[0]]), lattice: 0.5)
    #expect(good.isOnLattice && good.coversEverything && good.problems.isEmpty)
    let short = Delivery(of: ZonalWeights(grid: try TestGrids.unit(), zones: zones), lattice: 0.7)
    #expect(!short.isOnLattice)
    #expect(short.uncovered.map(\.id) == ["half"])
    #expect(short.problems.count == 2 && short.problems[1].contains("half (50.0 % inside)"))
  }
}
