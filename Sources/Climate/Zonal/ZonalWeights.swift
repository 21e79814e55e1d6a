/// Which cells of a grid make up each zone, and how much each counts.
///
/// The weight of a cell is the fraction of it that the zone covers, in longitude and latitude, times its area on the
/// sphere. Weights depend on the grid and the geometries only: make them once and use them for all variables and times.
public struct ZonalWeights: Sendable {
  public let grid: Grid
  /// The zones, in the order in which they were given.
  public let ids: [String]
  /// The share of each zone's area that lies on the grid: 0...1.
  public let inGridFractions: [Double]
  /// Why a zone's geometry cannot be used; nil for those that can.
  public let refusals: [String?]
  /// Where each zone's cells begin, and where the last one's end.
  package let starts: [Int]
  /// Cells by row x columns + column, ascending within a zone.
  package let cells: [Int32]
  /// Of each of these, the covered fraction.
  package let fractions: [Double]
  /// Of each of these, the weight.
  package let weights: [Double]
  package let representatives: [Point?]
  let nearest = NearestMemory()

  /// Works out the weights.
  ///
  /// - Parameter threads: nil is all processors; the result is the same.
  public init(grid: Grid, zones: [Zone], threads: Int? = nil) {
    self.init(
      grid: grid, ids: zones.map(\.id), coverages: Self.coverages(grid: grid, zones: zones, threads: threads))
  }

  static func coverages(grid: Grid, zones: [Zone], threads: Int?) -> [ZoneCoverage] {
    var coverages = [ZoneCoverage](repeating: ZoneCoverage(), count: zones.count)
    coverages.withUnsafeMutableBufferPointer { buffer in
      let results = SharedBuffer(elements: buffer)
      Parallel.forEachBatch(
        zones.count, threads: threads ?? Parallel.processors, batch: 8, tool: { CoverageCalculator(grid) }
      ) { calculator, range in
        for index in range { results.elements[index] = calculator.coverage(of: zones[index].shape) }
      }
    }
    return coverages
  }

  init(grid: Grid, ids: [String], coverages: [ZoneCoverage]) {
    self.grid = grid
    self.ids = ids
    inGridFractions = coverages.map(\.inGridFraction)
    refusals = coverages.map(\.refusal)
    representatives = coverages.map(\.representative)
    var starts = [0]
    var cells: [Int32] = []
    var fractions: [Double] = []
    for coverage in coverages {
      cells += coverage.cells
      fractions += coverage.fractions
      starts.append(cells.count)
    }
    self.starts = starts
    self.cells = cells
    self.fractions = fractions
    let sphere = grid.sphereWeights
    let columns = Int32(grid.columnCount)
    weights = zip(cells, fractions).map { $1 * sphere[Int($0 / columns)] }
  }

  /// The cells of a zone with their covered fractions, row by row.
  public func coverage(ofZone zone: Int) -> [(row: Int, column: Int, fraction: Double)] {
    (starts[zone]..<starts[zone + 1]).map {
      (Int(cells[$0]) / grid.columnCount, Int(cells[$0]) % grid.columnCount, fractions[$0])
    }
  }

  /// The positions of zones of which less than the given share lies on the grid, refused ones left out: what was
  /// delivered does not cover them.
  public func uncoveredZones(below share: Double = 1 - 1e-9) -> [Int] {
    ids.indices.filter { refusals[$0] == nil && inGridFractions[$0] < share }
  }
}
