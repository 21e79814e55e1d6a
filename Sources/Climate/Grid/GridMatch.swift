/// Where the cells of one grid lie in another that has the same centres, perhaps counted from another corner or a turn
/// further east.
package struct GridMatch: Sendable {
  /// For each row of the one grid, the row of the other.
  let rows: [Int]
  let columns: [Int]

  /// How far centres may lie apart: half of what a float leaves of a longitude of 360 degrees is 1.5e-5.
  private static let tolerance = 2e-5

  /// Nil where the centres are not the same.
  init?(_ grid: Grid, in other: Grid) {
    guard grid.rowCount == other.rowCount, grid.columnCount == other.columnCount,
      Self.haveSameRows(grid, other)
    else { return nil }
    let start = min(grid.longitudes[0], grid.longitudes[grid.columnCount - 1]) - 2 * Self.tolerance
    let turned = other.longitudes.enumerated().map { column, longitude in
      (column: column, longitude: longitude - ((longitude - start) / 360).rounded(.down) * 360)
    }.sorted { $0.longitude < $1.longitude }
    let own = grid.columnAxis
    for (position, column) in turned.enumerated() {
      let centre = own.centres[own.index(ofAscending: position)]
      guard abs(column.longitude - centre) <= Self.tolerance else { return nil }
    }
    columns = (0..<own.count).map { turned[own.index(ofAscending: $0)].column }
    rows = (0..<grid.rowCount).map { other.rowAxis.index(ofAscending: grid.rowAxis.index(ofAscending: $0)) }
  }

  /// Whether two grids have rows at the same latitudes, in this order or the other.
  static func haveSameRows(_ grid: Grid, _ other: Grid) -> Bool {
    let (a, b) = (grid.rowAxis, other.rowAxis)
    return a.count == b.count
      && (0..<a.count).allSatisfy {
        abs(a.centres[a.index(ofAscending: $0)] - b.centres[b.index(ofAscending: $0)]) <= tolerance
      }
  }
}
