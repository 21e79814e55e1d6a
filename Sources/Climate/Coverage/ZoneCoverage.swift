/// How much of which cells one zone covers.
struct ZoneCoverage: Sendable {
  /// Cells by row x columns + column of the file, ascending.
  var cells: [Int32] = []
  /// Of each cell, the fraction covered: 0...1.
  var fractions: [Double] = []
  /// The share of the zone that lies on the grid: 0...1.
  var inGridFraction = 0.0
  /// Where a value is looked for when no cell of the zone has one.
  var representative: Point?
  /// Why the zone has no coverage, where its geometry cannot be used.
  var refusal: String?
}

/// Works out coverages, one zone after another. Each thread has its own.
final class CoverageCalculator {
  private let grid: Grid
  private let accumulator: CellAccumulator
  private let centre: Double

  init(_ grid: Grid) {
    self.grid = grid
    accumulator = CellAccumulator(grid)
    centre = (grid.west + grid.east) / 2
  }

  func coverage(of shape: Shape) -> ZoneCoverage {
    switch shape {
    case .refused(let reason): return ZoneCoverage(refusal: reason)
    case .point(let point): return coverage(of: point)
    case .area(let area):
      do {
        return try coverage(of: area)
      } catch {
        return ZoneCoverage(refusal: (error as? ClimateFailure)?.message ?? "\(error)")
      }
    }
  }

  /// A point has the cell that it lies in; between two cells the northern and the western one.
  private func coverage(of point: Point) -> ZoneCoverage {
    guard let (row, column) = cell(at: point) else { return ZoneCoverage(representative: point) }
    return ZoneCoverage(
      cells: [index(row, column)], fractions: [1], inGridFraction: 1, representative: point)
  }

  /// The ascending row and column of the cell that holds a point, whatever turn its longitude is on.
  private func cell(at point: Point) -> (row: Int, column: Int)? {
    guard point.latitude >= grid.south, point.latitude <= grid.north else { return nil }
    let base = point.longitude - ((point.longitude - centre) / 360).rounded() * 360
    for longitude in [base, base - 360, base + 360] where longitude >= grid.west && longitude <= grid.east {
      var column = grid.columnAxis.locate(longitude)
      if column > 0, longitude == grid.columnAxis.edges[column] { column -= 1 }
      return (grid.rowAxis.locate(point.latitude), column)
    }
    return nil
  }

  private func index(_ row: Int, _ column: Int) -> Int32 {
    Int32(
      grid.rowAxis.index(ofAscending: row) * grid.columnCount + grid.columnAxis.index(ofAscending: column))
  }

  private func coverage(of area: Area) throws -> ZoneCoverage {
    let clean = CleanArea(area, around: centre)
    var sums = AreaSums()
    var found: [(cell: Int32, fraction: Double)] = []
    if let signs = clean.rings.isEmpty ? [] : RingTopology.signs(clean) {
      addSimple(clean, signs, &sums, &found)
    } else {
      try addCareful(clean, &sums, &found)
    }
    var coverage = ZoneCoverage()
    let box = clean.box
    if sums.area <= 1e-14 * (box.east - box.west) * (box.north - box.south) {
      // Without area: the middle of the box stands for it.
      let middle = Point(longitude: (box.west + box.east) / 2, latitude: (box.south + box.north) / 2)
      coverage.representative = middle
      coverage.inGridFraction = cell(at: middle) == nil ? 0 : 1
      return coverage
    }
    coverage.representative = RepresentativePoint.of(clean, centroid: sums.centroid)
    let share = sums.onGrid / sums.area
    // An area that shares no more than its rim with the grid is outside of it.
    guard share > 1e-9 else { return coverage }
    // Rounding alone keeps a zone that lies wholly on the grid from 1.
    coverage.inGridFraction = share > 1 - 1e-12 ? 1 : share
    Self.merge(&found)
    // An edge that lies on that of a cell goes over it by rounding, about 1e-13 of the cell: that is no cell of the zone.
    let least = 1e-10 * min(1, sums.area / grid.meanCellSize)
    found.removeAll { $0.fraction < least }
    coverage.cells = found.map(\.cell)
    coverage.fractions = found.map(\.fraction)
    return coverage
  }

  /// One pass over the edges of simple rings, part by part.
  private func addSimple(
    _ area: CleanArea, _ signs: [Double], _ sums: inout AreaSums,
    _ found: inout [(cell: Int32, fraction: Double)]
  ) {
    var ring = 0
    while ring < area.rings.count {
      let part = area.partOfRing[ring]
      var last = ring
      while last < area.rings.count, area.partOfRing[last] == part { last += 1 }
      var weights: [Double] = []
      for index in ring..<last {
        let moments = area.moments(ofRing: index)
        let weight = signs[index] * (moments.area < 0 ? -1 : 1)
        weights.append(weight)
        sums.add(area: moments.area * weight, x: moments.x * weight, y: moments.y * weight)
      }
      let box = Self.box(of: area, area.rings[ring].lowerBound..<area.rings[last - 1].upperBound)
      forEachTurn(box) { shift in
        area.xs.withUnsafeBufferPointer { xs in
          area.ys.withUnsafeBufferPointer { ys in
            for index in ring..<last {
              let vertices = area.rings[index]
              let weight = weights[index - ring]
              var x = xs[vertices.upperBound - 1] + shift
              var y = ys[vertices.upperBound - 1]
              for vertex in vertices {
                let toX = xs[vertex] + shift
                let toY = ys[vertex]
                accumulator.add(x, y, toX, toY, weight: weight)
                x = toX
                y = toY
              }
            }
          }
        }
        collect(&sums, &found)
      }
      ring = last
    }
  }

  private func addCareful(
    _ area: CleanArea, _ sums: inout AreaSums, _ found: inout [(cell: Int32, fraction: Double)]
  ) throws {
    let careful = try CarefulArea(area)
    careful.forEachTrapezoid { sums.add($0) }
    forEachTurn(Self.box(of: area, 0..<area.xs.count)) { shift in
      careful.forEachTrapezoid { piece in
        accumulator.add(
          piece.westAtNorth + shift, piece.north, piece.westAtSouth + shift, piece.south, weight: 1)
        accumulator.add(
          piece.eastAtSouth + shift, piece.south, piece.eastAtNorth + shift, piece.north, weight: 1)
      }
      collect(&sums, &found)
    }
  }

  /// The whole turns by which something of the box comes to lie on the grid.
  private func forEachTurn(_ box: BoundingBox, _ body: (Double) -> Void) {
    for shift in [-720.0, -360, 0, 360, 720] {
      let shifted = BoundingBox(
        west: box.west + shift, south: box.south, east: box.east + shift, north: box.north)
      if accumulator.begin(shifted) { body(shift) }
    }
  }

  private func collect(_ sums: inout AreaSums, _ found: inout [(cell: Int32, fraction: Double)]) {
    accumulator.finish { row, column, fraction, area in
      sums.onGrid += area
      found.append((index(row, column), fraction))
    }
  }

  private static func box(of area: CleanArea, _ vertices: Range<Int>) -> BoundingBox {
    BoundingBox(
      west: area.xs[vertices].min() ?? 0, south: area.ys[vertices].min() ?? 0,
      east: area.xs[vertices].max() ?? 0,
      north: area.ys[vertices].max() ?? 0)
  }

  /// Sorts by cell and adds up what parts and turns put into the same one.
  private static func merge(_ found: inout [(cell: Int32, fraction: Double)]) {
    found.sort { $0.cell < $1.cell }
    var kept = 0
    for index in found.indices {
      if kept > 0, found[kept - 1].cell == found[index].cell {
        found[kept - 1].fraction += found[index].fraction
      } else {
        found[kept] = found[index]
        kept += 1
      }
    }
    found.removeLast(found.count - kept)
    for index in found.indices where found[index].fraction > 1 { found[index].fraction = 1 }
  }
}

/// Area and first moments, in degrees, and what of the area is on the grid.
struct AreaSums {
  var area = 0.0
  var x = 0.0
  var y = 0.0
  var onGrid = 0.0

  var centroid: Point { Point(longitude: x / area, latitude: y / area) }

  mutating func add(area: Double, x: Double, y: Double) {
    self.area += area
    self.x += x
    self.y += y
  }

  mutating func add(_ piece: CarefulArea.Trapezoid) {
    let height = piece.north - piece.south
    let low = piece.eastAtSouth - piece.westAtSouth
    let high = piece.eastAtNorth - piece.westAtNorth
    // Two triangles over a common diagonal, each with the mean of its corners.
    let first = low * height / 2
    let second = high * height / 2
    area += first + second
    x += first * (piece.westAtSouth + piece.eastAtSouth + piece.westAtNorth) / 3
    x += second * (piece.eastAtSouth + piece.eastAtNorth + piece.westAtNorth) / 3
    y += first * (2 * piece.south + piece.north) / 3 + second * (piece.south + 2 * piece.north) / 3
  }
}
