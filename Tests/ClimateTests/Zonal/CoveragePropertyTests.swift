import Foundation
import Testing

@testable import Climate

/// What must hold for any polygon, tried on many.
@Suite struct CoveragePropertyTests {
  /// A star-shaped ring around a place: simple, with long and short edges.
  static func star(
    _ random: inout SteadyRandom, x: Double, y: Double, radius: Double, vertices: Int
  ) -> [[Double]] {
    // No two neighbours are half a turn apart, or the ring would cross itself.
    let angles = (0..<vertices).map {
      (Double($0) + Double.random(in: 0...0.4, using: &random)) / Double(vertices) * 2 * .pi
    }
    let ring = angles.map { angle in
      let size = radius * Double.random(in: 0.3...1, using: &random)
      return [x + size * cos(angle), y + size * sin(angle)]
    }
    return ring + [ring[0]]
  }

  /// The share of a cell inside a simple ring, by Sutherland and Hodgman's clipping: slow, and another way altogether.
  static func clipped(_ ring: [[Double]], _ cell: (west: Double, south: Double, east: Double, north: Double))
    -> Double
  {
    var points = Array(ring.dropLast())
    let sides: [(Int, Double, Double)] = [
      (0, cell.west, 1), (0, cell.east, -1), (1, cell.south, 1), (1, cell.north, -1),
    ]
    for (axis, limit, sign) in sides {
      var kept: [[Double]] = []
      for (index, point) in points.enumerated() {
        let before = points[(index + points.count - 1) % points.count]
        let inside = (point[axis] - limit) * sign >= 0
        if inside != ((before[axis] - limit) * sign >= 0) {
          let share = (limit - before[axis]) / (point[axis] - before[axis])
          let other = before[1 - axis] + share * (point[1 - axis] - before[1 - axis])
          kept.append(axis == 0 ? [limit, other] : [other, limit])
        }
        if inside { kept.append(point) }
      }
      points = kept
    }
    var area = 0.0
    for (index, point) in points.enumerated() {
      let before = points[(index + points.count - 1) % points.count]
      area +=
        (before[0] - cell.west) * (point[1] - cell.south) - (point[0] - cell.west) * (before[1] - cell.south)
    }
    return abs(area) / 2 / ((cell.east - cell.west) * (cell.north - cell.south))
  }

  @Test func agreesWithClippingCellByCell() throws {
    var random = SteadyRandom(1)
    let grid = try TestGrids.unit(8)
    for round in 0..<150 {
      let ring = Self.star(
        &random, x: .random(in: 0...8, using: &random), y: .random(in: 0...8, using: &random),
        radius: .random(in: 0.05...5, using: &random), vertices: 3 + round % 60)
      let matrix = grid.matrix(.polygon([ring]))
      for row in 0..<8 {
        for column in 0..<8 {
          let cell = (Double(column), Double(7 - row), Double(column + 1), Double(8 - row))
          #expect(abs(matrix[row][column] - Self.clipped(ring, cell)) < 1e-9, "round \(round)")
        }
      }
    }
  }

  @Test func theCarefulWayAgreesWithTheFastOne() throws {
    var random = SteadyRandom(2)
    let grid = try TestGrids.unit(8)
    for round in 0..<100 {
      let ring = Self.star(
        &random, x: .random(in: 0...8, using: &random), y: .random(in: 0...8, using: &random),
        radius: .random(in: 0.5...5, using: &random), vertices: 4 + round % 50)
      let fast = grid.matrix(.polygon([ring]))
      // A spike makes the ring unfit for the fast way and changes nothing of its area.
      let spike = [ring[0], [ring[0][0] + 0.37, ring[0][1] + 0.11]]
      #expect(agree(grid.matrix(.polygon([spike + ring])), fast, within: 1e-11), "round \(round)")
    }
  }

  @Test func whichWayARingRunsAndWhereItBeginsDoesNotMatter() throws {
    var random = SteadyRandom(3)
    let grid = try TestGrids.unit(8)
    for _ in 0..<30 {
      let ring = Self.star(&random, x: 4, y: 4, radius: 4, vertices: 25)
      let expected = grid.matrix(.polygon([ring]))
      #expect(agree(grid.matrix(.polygon([ring.reversed()])), expected, within: 1e-13))
      let open = Array(ring.dropLast())
      let turned = Array(open[9...] + open[...9])
      #expect(agree(grid.matrix(.polygon([turned])), expected, within: 1e-13))
    }
  }

  @Test func adjoiningPolygonsAddUpToTheirUnion() throws {
    var random = SteadyRandom(4)
    let grid = try TestGrids.unit(8)
    for _ in 0..<20 {
      // A wavy border splits a rectangle in two.
      let border = (0...20).map { [Double.random(in: 3...5, using: &random), 0.5 + Double($0) * 0.35] }
      let left = Shape.polygon([[[0.5, 0.5]] + border + [[0.5, 7.5], [0.5, 0.5]]])
      let right = Shape.polygon([[[7.5, 0.5], [7.5, 7.5]] + border.reversed() + [[7.5, 0.5]]])
      let sum = zip(grid.matrix(left), grid.matrix(right)).map { zip($0, $1).map { $0 + $1 } }
      #expect(agree(sum, grid.matrix(.box(0.5, 0.5, 7.5, 7.5)), within: 1e-12))
    }
  }

  @Test func aHoleTakesAwayWhatItCovers() throws {
    var random = SteadyRandom(5)
    let grid = try TestGrids.unit(8)
    for _ in 0..<20 {
      let hole = Self.star(&random, x: 4, y: 4, radius: 3, vertices: 30)
      let shell = Shape.rectangle(0.3, 0.3, 7.7, 7.7)
      let difference = zip(grid.matrix(.polygon([shell])), grid.matrix(.polygon([hole]))).map {
        zip($0, $1).map { $0 - $1 }
      }
      #expect(agree(grid.matrix(.polygon([shell, hole])), difference, within: 1e-12))
    }
  }

  @Test func scalingGridAndPolygonTogetherChangesNothing() throws {
    var random = SteadyRandom(6)
    let grid = try TestGrids.unit(8)
    let centres = (0..<8).map { (Double($0) + 0.5) / 8 }
    let small = try Grid(latitudes: centres.reversed(), longitudes: centres)
    let ring = Self.star(&random, x: 4, y: 4, radius: 4.5, vertices: 40)
    let scaled = ring.map { $0.map { $0 / 8 } }
    #expect(agree(small.matrix(.polygon([scaled])), grid.matrix(.polygon([ring])), within: 1e-12))
  }

  @Test func randomWalksKeepTheEvenOddArea() throws {
    // The crossings of a closed random walk, counted along many parallels, give the same area.
    var random = SteadyRandom(7)
    let grid = try TestGrids.unit(4)
    for _ in 0..<10 {
      let walk = (0..<12).map { _ in
        [Double.random(in: 0.2...3.8, using: &random), Double.random(in: 0.2...3.8, using: &random)]
      }
      let total = grid.matrix(.polygon([walk])).flatMap { $0 }.reduce(0, +)
      let steps = 20_000
      var sampled = 0.0
      for step in 0..<steps {
        let y = (Double(step) + 0.5) * 4 / Double(steps)
        var crossings: [Double] = []
        for (index, point) in walk.enumerated() {
          let before = walk[(index + walk.count - 1) % walk.count]
          if (before[1] > y) != (point[1] > y) {
            crossings.append(before[0] + (y - before[1]) / (point[1] - before[1]) * (point[0] - before[0]))
          }
        }
        crossings.sort()
        for pair in stride(from: 0, to: crossings.count - 1, by: 2) {
          sampled += crossings[pair + 1] - crossings[pair]
        }
      }
      #expect(abs(total - sampled * 4 / Double(steps)) < 1e-3)
    }
  }
}
