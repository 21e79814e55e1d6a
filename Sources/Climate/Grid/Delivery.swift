/// Whether a delivered grid is what was asked for.
public struct Delivery: Sendable {
  private static let latticeTolerance = 2e-3

  /// Whether a grid's centres are those of a dataset of that spacing, in degrees.
  public static func isOnLattice(_ grid: Grid, spacing: Double = 0.1) -> Bool {
    grid.deviation(fromLattice: spacing) <= latticeTolerance
  }

  /// How far centres lie from multiples of 0.1 degrees, at most, in degrees.
  public let latticeDeviation: Double
  /// Zones of which a part lies beyond the grid, and the share of each that does not.
  public let uncovered: [(id: String, inGridFraction: Double)]

  /// - Parameter spacing: that of the dataset's own grid, in degrees.
  public init(of weights: ZonalWeights, lattice spacing: Double = 0.1) {
    latticeDeviation = weights.grid.deviation(fromLattice: spacing)
    uncovered = weights.uncoveredZones().map { (weights.ids[$0], weights.inGridFractions[$0]) }
  }

  /// Whether the centres are those of the dataset itself, and not interpolated ones.
  public var isOnLattice: Bool { latticeDeviation <= Self.latticeTolerance }
  public var coversEverything: Bool { uncovered.isEmpty }

  /// What is wrong, in sentences; empty where nothing is.
  public var problems: [String] {
    var problems: [String] = []
    if !isOnLattice {
      problems.append(
        "The delivered grid lies up to \(latticeDeviation) degrees beside the lattice of the dataset: it was interpolated. Request an area aligned to multiples of 0.1 degrees."
      )
    }
    if !uncovered.isEmpty {
      let names = uncovered.prefix(5).map {
        "\($0.id) (\(($0.inGridFraction * 1000).rounded() / 10) % inside)"
      }
      problems.append(
        "The delivered grid does not cover \(uncovered.count) zones: \(names.joined(separator: ", "))\(uncovered.count > 5 ? ", ..." : "")."
      )
    }
    return problems
  }
}
