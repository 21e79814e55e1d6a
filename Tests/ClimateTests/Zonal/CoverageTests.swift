import Climate
import Testing

/// Coverage against matrices worked out by hand, on 4 x 4 cells of one degree.
@Suite struct CoverageTests {
  @Test func cellsThatAreWhollyInsideAreExactlyOne() throws {
    let grid = try TestGrids.unit()
    #expect(grid.matrix(.box(1, 1, 3, 2)) == [[0, 0, 0, 0], [0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]])
  }

  @Test func aCellOfDecimalCoordinatesReachesIntoNoNeighbour() throws {
    // Tenths and their halves are no binary fractions: the edges of polygon and cell differ by their last bit.
    let centres = (0..<40).map { 6.95 + Double($0) / 10 }
    let grid = try Grid(latitudes: centres.reversed(), longitudes: centres)
    for row in 0..<40 {
      for column in 0..<40 {
        let west = Double(69 + column) / 10
        let south = Double(108 - row) / 10
        let shape = Shape.box(west, south, Double(70 + column) / 10, Double(109 - row) / 10)
        let cells = ZonalWeights(grid: grid, zones: [Zone(id: "a", shape: shape)]).coverage(ofZone: 0)
        #expect(cells.map(\.row) == [row] && cells.map(\.column) == [column])
      }
    }
    // What is small all the same counts, also at an edge: a square of a thousandth of a degree over a corner.
    let tiny = ZonalWeights(grid: grid, zones: [Zone(id: "a", shape: .box(7.9995, 7.9995, 8.0005, 8.0005))])
    #expect(tiny.coverage(ofZone: 0).count == 4)
  }

  @Test func aRingThatKeepsComingBackToItsBeginning() throws {
    // Between two corners many times, then a third: no walk is repeated, and all but the triangle has no area.
    var ring: [[Double]] = []
    for _ in 0..<1_000 { ring += [[0, 0], [2, 0]] }
    ring += [[2, 2]]
    let matrix = try TestGrids.unit().matrix(.polygon([ring]))
    #expect(agree(matrix, [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0.5, 0, 0], [0.5, 1, 0, 0]]))
  }

  @Test func quartersAroundACorner() throws {
    let expected = [[0, 0, 0, 0], [0, 0.25, 0.25, 0], [0, 0.25, 0.25, 0], [0, 0, 0, 0]]
    #expect(agree(try TestGrids.unit().matrix(.box(1.5, 1.5, 2.5, 2.5)), expected))
  }

  @Test func diagonalThroughCorners() throws {
    let triangle = Shape.polygon([[[0, 0], [3, 0], [3, 3], [0, 0]]])
    let expected = [[0, 0, 0, 0], [0, 0, 0.5, 0], [0, 0.5, 1, 0], [0.5, 1, 1, 0]]
    #expect(agree(try TestGrids.unit().matrix(triangle), expected))
  }

  @Test func edgesAcrossSeveralCellsOfARow() throws {
    // From (0, 0) to (4, 1): the height under it grows by a quarter a cell.
    let wedge = Shape.polygon([[[0, 0], [4, 0], [4, 1], [0, 0]]])
    let expected = [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0.125, 0.375, 0.625, 0.875]]
    #expect(agree(try TestGrids.unit().matrix(wedge), expected))
  }

  @Test func rowsInEitherOrderGiveTheSameCells() throws {
    let centres = [0.5, 1.5, 2.5, 3.5]
    let ascending = try Grid(latitudes: centres, longitudes: centres)
    let shape = Shape.polygon([[[0.2, 0.3], [3.1, 0.7], [1.4, 3.9], [0.2, 0.3]]])
    #expect(Array(ascending.matrix(shape).reversed()) == (try TestGrids.unit().matrix(shape)))
  }

  @Test func unevenSpacing() throws {
    // Edges at 0, 1, 2.1, 3.2 (midpoints of 0.5, 1.5, 2.7 and half a gap outside).
    let grid = try Grid(latitudes: [0.5, 1.5, 2.7], longitudes: [0.5, 1.5, 2.7])
    let matrix = grid.matrix(.box(0, 0, 1.55, 1))
    #expect(agree(matrix, [[1, 0.5, 0], [0, 0, 0], [0, 0, 0]]))
  }

  @Test func holesIslandsInHolesAndHolesOutside() throws {
    let grid = try TestGrids.unit()
    let ring = Shape.rectangle
    let shell = ring(0, 0, 4, 4)
    #expect(
      grid.matrix(.polygon([shell, ring(1, 1, 3, 3)])) == [
        [1, 1, 1, 1], [1, 0, 0, 1], [1, 0, 0, 1], [1, 1, 1, 1],
      ])
    // Even-odd: a ring inside the hole is inside again, whatever way it runs.
    #expect(
      agree(
        grid.matrix(.polygon([shell, ring(1, 1, 3, 3), ring(1.5, 1.5, 2, 2)])),
        [[1, 1, 1, 1], [1, 0, 0, 1], [1, 0.25, 0, 1], [1, 1, 1, 1]]))
    #expect(
      grid.matrix(.polygon([ring(0, 0, 1, 1), ring(2, 2, 4, 3)])) == [
        [0, 0, 0, 0], [0, 0, 1, 1], [0, 0, 0, 0], [1, 0, 0, 0],
      ])
  }

  @Test func partsAreUnited() throws {
    let grid = try TestGrids.unit()
    let ring = Shape.rectangle
    let overlapping = Shape.multi([[ring(0, 0, 2, 2)], [ring(1, 1, 3, 3)]])
    #expect(
      agree(grid.matrix(overlapping), [[0, 0, 0, 0], [0, 1, 1, 0], [1, 1, 1, 0], [1, 1, 0, 0]]))
    let nested = Shape.multi([[ring(0, 0, 4, 4)], [ring(1, 1, 2, 2)]])
    #expect(agree(grid.matrix(nested), Array(repeating: [1, 1, 1, 1], count: 4)))
    let twice = Shape.multi([[ring(1, 1, 2, 2)], [ring(1, 1, 2, 2)]])
    #expect(agree(grid.matrix(twice), [[0, 0, 0, 0], [0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]]))
    let adjoining = Shape.multi([[ring(0, 0, 1.5, 1)], [ring(1.5, 0, 3, 1)]])
    #expect(agree(grid.matrix(adjoining), [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [1, 1, 1, 0]]))
    let islandInALake = Shape.multi([[ring(0, 0, 4, 4), ring(1, 1, 3, 3)], [ring(1, 1.5, 2, 2.5)]])
    #expect(
      agree(grid.matrix(islandInALake), [[1, 1, 1, 1], [1, 0.5, 0, 1], [1, 0.5, 0, 1], [1, 1, 1, 1]]))
  }

  @Test func bowTieKeepsBothLobes() throws {
    let bow = Shape.polygon([[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]])
    #expect(
      agree(
        try TestGrids.unit().matrix(bow),
        [[0, 0, 0, 0], [0, 0, 0, 0], [0.5, 0.5, 0, 0], [0.5, 0.5, 0, 0]]))
    // The same with the crossing as a vertex.
    let joined = Shape.polygon([[[0, 0], [1, 1], [2, 2], [2, 0], [1, 1], [0, 2], [0, 0]]])
    #expect(
      agree(
        try TestGrids.unit().matrix(joined),
        [[0, 0, 0, 0], [0, 0, 0, 0], [0.5, 0.5, 0, 0], [0.5, 0.5, 0, 0]]))
  }

  @Test func spikesHaveNoArea() throws {
    let spike = Shape.polygon([[[0, 0], [1, 0], [3.7, 0], [1, 0], [1, 1], [0, 1], [0, 0]]])
    #expect(try agree(TestGrids.unit().matrix(spike), TestGrids.unit().matrix(.box(0, 0, 1, 1))))
    let slanted = Shape.polygon([[[0, 0], [1, 0], [1, 1], [3.5, 3.3], [1, 1], [0, 1], [0, 0]]])
    #expect(try agree(TestGrids.unit().matrix(slanted), TestGrids.unit().matrix(.box(0, 0, 1, 1))))
  }

  @Test func aWalkRepeatedCountsOnce() throws {
    let walk: [[Double]] = [[0, 0], [2, 0], [2, 1], [0, 1], [0, 0]]
    let expected = try TestGrids.unit().matrix(.box(0, 0, 2, 1))
    #expect(try TestGrids.unit().matrix(.polygon([walk + walk.dropFirst()])) == expected)
    #expect(try TestGrids.unit().matrix(.polygon([walk + walk.dropFirst() + walk.dropFirst()])) == expected)
    #expect(try TestGrids.unit().matrix(.polygon([walk + walk])) == expected)
  }

  @Test func openRingsAreClosedAndRepeatedVerticesDropped() throws {
    let expected = try TestGrids.unit().matrix(.box(0.5, 0.5, 2.5, 1.5))
    let open = Shape.polygon([[[0.5, 0.5], [2.5, 0.5], [2.5, 1.5], [0.5, 1.5]]])
    #expect(try TestGrids.unit().matrix(open) == expected)
    let stuttering = Shape.polygon([
      [[0.5, 0.5], [0.5, 0.5], [2.5, 0.5], [2.5, 1.5], [2.5, 1.5], [0.5, 1.5], [0.5, 0.5]]
    ])
    #expect(try TestGrids.unit().matrix(stuttering) == expected)
  }

  @Test func thePartOffTheGridIsCutAndCounted() throws {
    let grid = try TestGrids.unit()
    for (shape, share) in [
      (Shape.box(-1, 1, 1, 2), 0.5), (.box(3, 1, 5, 2), 0.5), (.box(1, -3, 2, 1), 0.25),
      (.box(1, 3, 2, 7), 0.25),
      (.box(-2, -2, 6, 6), 0.25), (.polygon([[[-1, 0.5], [5, 0.5], [5, 1.5], [-1, 1.5]]]), 4.0 / 6),
    ] {
      let weights = ZonalWeights(grid: grid, zones: [Zone(id: "a", shape: shape)])
      #expect(abs(weights.inGridFractions[0] - share) < 1e-12)
    }
    // A slanted edge that leaves and comes back: only what is inside counts.
    let slanted = Shape.polygon([[[-1, 0], [-1, 2], [1, 1]]])
    #expect(agree(grid.matrix(slanted), [[0, 0, 0, 0], [0, 0, 0, 0], [0.25, 0, 0, 0], [0.25, 0, 0, 0]]))
  }

  @Test func longitudesOfEveryTurnAreTheSame() throws {
    let grid = try TestGrids.unit()
    let expected = grid.matrix(.box(0.25, 0.5, 2.5, 1.5))
    for turn in [-720.0, -360, 360] {
      #expect(agree(grid.matrix(.box(0.25 + turn, 0.5, 2.5 + turn, 1.5)), expected))
    }
  }

  @Test func aGlobeIsWhole() throws {
    let globe = try Grid(
      latitudes: stride(from: 85.0, through: -85, by: -10).map { $0 },
      longitudes: stride(from: 0.0, to: 360, by: 10).map { $0 })
    for shape in [
      Shape.box(-20, -10, 20, 10), .box(170, -10, 190, 10), .box(-190, -10, -170, 10),
      .box(340, -10, 380, 10),
      .multi([[Shape.rectangle(170, -10, 180, 10)], [Shape.rectangle(-180, -10, -170, 10)]]),
    ] {
      let weights = ZonalWeights(grid: globe, zones: [Zone(id: "a", shape: shape)])
      #expect(abs(weights.inGridFractions[0] - 1) < 1e-12)
    }
    let belt = ZonalWeights(grid: globe, zones: [Zone(id: "a", shape: .box(-180, -90, 180, 90))])
    #expect(belt.coverage(ofZone: 0).count == globe.cellCount)
    #expect(belt.coverage(ofZone: 0).allSatisfy { abs($0.fraction - 1) < 1e-12 })
  }

  @Test func polygonsMuchSmallerThanACell() throws {
    let tiny = Shape.box(1.5, 1.5, 1.5 + 1e-6, 1.5 + 1e-6)
    let weights = ZonalWeights(grid: try TestGrids.unit(), zones: [Zone(id: "a", shape: tiny)])
    let cells = weights.coverage(ofZone: 0)
    #expect(cells.count == 1)
    #expect(abs(cells[0].fraction - 1e-12) < 1e-20)
  }

  @Test func partsOverTheAntimeridianAreUnitedWhereTheyOverlap() throws {
    // 179...180.8 and 179.2...181 E, the second one written west of -180: together 179...181.
    let first = Shape.rectangle(179, 0, 180.8, 1)
    let second = Shape.rectangle(-180.8, 0, -179, 1)
    for start in [-179.5, 0.5] {
      let grid = try Grid(
        latitudes: [0.5], longitudes: stride(from: start, to: start + 359.5, by: 1).map { $0 })
      for parts in [[[first], [second]], [[second], [first]]] {
        let weights = ZonalWeights(grid: grid, zones: [Zone(id: "a", shape: .multi(parts))])
        let cells = weights.coverage(ofZone: 0)
        #expect(cells.count == 2)
        for cell in cells {
          let longitude = grid.longitudes[cell.column]
          #expect(abs(abs(longitude - (longitude > 180 ? 180 : longitude < 0 ? -180 : 180)) - 0.5) < 1e-12)
          #expect(abs(cell.fraction - 1) < 1e-12)
        }
        #expect(weights.inGridFractions == [1])
      }
    }
  }

  @Test func whatStandsForAnAreaOverTheAntimeridianLiesInIt() throws {
    // The two halves of an island, cut at the antimeridian, on a grid of the whole world around Greenwich.
    let grid = try Grid(
      latitudes: [0.5], longitudes: stride(from: -179.5, to: 180, by: 1).map { $0 })
    let island = Shape.multi([
      [Shape.rectangle(179, 0, 180, 1)], [Shape.rectangle(-180, 0, -179, 1)],
    ])
    let point = try #require(
      ZonalWeights(grid: grid, zones: [Zone(id: "a", shape: island)]).representatives[0])
    #expect(abs(abs(point.longitude) - 180) < 1e-12 && abs(point.latitude - 0.5) < 1e-12)
    // Nothing but sea there: the nearest value is that of a neighbour, not of a cell at Greenwich.
    let field = try TestGrids.field(grid) { _, longitude in abs(longitude) > 179 ? .nan : longitude }
    let series = try ZonalWeights(grid: grid, zones: [Zone(id: "a", shape: island)]).means(
      of: field, options: ZonalOptions(nearest: 2))
    #expect(series[zone: 0, time: 0].status == .nearest)
    #expect(abs(try #require(series[zone: 0, time: 0].value)) == 178.5)
  }
}
