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

  @Test func whatIsNoGridIsRefused() {
    for (latitudes, longitudes) in [
      ([], [1.0]), ([1.0, 0], []), ([1, 1, 0], [0, 1]), ([1, 2, 1.5], [0, 1]), ([91, 90], [0, 1]),
      ([1, .nan], [0, 1]),
      ([3, 2, 0], [0, 1]),
    ] as [([Double], [Double])] {
      #expect(throws: ClimateFailure.self) { try Grid(latitudes: latitudes, longitudes: longitudes) }
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
