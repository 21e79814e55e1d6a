internal import Glibc

/// A grid of latitudes and longitudes: the centres of its cells, and from them their edges and areas.
///
/// Edges are the midpoints between centres; the outermost lie half a spacing further out, and none beyond a pole.
/// Rows and columns are counted as in the file.
public struct Grid: Sendable, Hashable {
  package let rowAxis: GridAxis
  package let columnAxis: GridAxis

  /// - Parameters:
  ///   - latitudes: of the rows, in degrees north, in the order of the file.
  ///   - longitudes: of the columns, in degrees east, in the order of the file; -180...180, 0...360 or beyond. Where
  ///     they begin anew once, at 180 or 360, they are taken to go on beyond.
  /// - Throws: ``ClimateFailure`` where one of them is empty, not monotonic, beyond a pole or twice around the globe.
  public init(latitudes: [Double], longitudes: [Double]) throws {
    if let wrong = latitudes.first(where: { !(abs($0) <= 90.000_001) }) {
      throw ClimateFailure("the grid has a row at latitude \(wrong), which is not between -90 and 90")
    }
    if let wrong = longitudes.first(where: { !(abs($0) <= 720) }) {
      throw ClimateFailure("the grid has a column at longitude \(wrong), which is not between -720 and 720")
    }
    let longitudes = Self.unrolled(longitudes)
    let spacing = longitudes.count > 1 ? abs(longitudes[1] - longitudes[0]) : 0.1
    rowAxis = try GridAxis(latitudes, name: "latitude", spacing: spacing, limits: -90...90)
    columnAxis = try GridAxis(longitudes, name: "longitude", spacing: rowAxis.spacing)
  }

  /// Longitudes that go on where they begin anew once: neighbours lie no more than half the globe apart.
  private static func unrolled(_ longitudes: [Double]) -> [Double] {
    let jumps = longitudes.indices.dropFirst().filter { abs(longitudes[$0] - longitudes[$0 - 1]) > 180 }
    guard let jump = jumps.first, jumps.count == 1 else { return longitudes }
    let turn = longitudes[jump] < longitudes[jump - 1] ? 360.0 : -360
    return longitudes[..<jump] + longitudes[jump...].map { $0 + turn }
  }

  /// The latitudes of the rows, in degrees north.
  public var latitudes: [Double] { rowAxis.centres }
  /// The longitudes of the columns, in degrees east, rising or falling all the way.
  public var longitudes: [Double] { columnAxis.centres }
  public var rowCount: Int { rowAxis.count }
  public var columnCount: Int { columnAxis.count }
  public var cellCount: Int { rowCount * columnCount }
  /// In square degrees.
  var meanCellSize: Double { (north - south) * (east - west) / Double(cellCount) }

  /// The outer edges, in degrees.
  public var south: Double { rowAxis.lower }
  public var north: Double { rowAxis.upper }
  public var west: Double { columnAxis.lower }
  public var east: Double { columnAxis.upper }

  /// The area of a cell of each row on the sphere, up to a factor that all share: sin(north) - sin(south).
  package var sphereWeights: [Double] {
    (0..<rowCount).map { row in
      let position = rowAxis.index(ofAscending: row)
      return sin(rowAxis.edges[position + 1] * .pi / 180) - sin(rowAxis.edges[position] * .pi / 180)
    }
  }

  /// How far the centres lie from the multiples of a spacing, at most, in degrees.
  ///
  /// The Climate Data Store interpolates onto a shifted grid where a request is not aligned to the 0.1 degree
  /// lattice of ERA5-Land: more than 2e-3 says that this happened.
  public func deviation(fromLattice spacing: Double = 0.1) -> Double {
    (latitudes + longitudes).map { abs($0 - ($0 / spacing).rounded() * spacing) }.max() ?? 0
  }
}

extension Grid: CustomStringConvertible {
  /// `60 rows x 60 columns, 6.05...12.05 N, -14.05...-8.05 E`.
  public var description: String {
    func degrees(_ value: Double) -> String { "\((value * 1e4).rounded() / 1e4)" }
    return
      "\(rowCount) rows x \(columnCount) columns, \(degrees(south))...\(degrees(north)) N, \(degrees(west))...\(degrees(east)) E"
  }
}
