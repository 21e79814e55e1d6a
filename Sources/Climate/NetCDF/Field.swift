internal import Essentials
public import FoundationEssentials

/// The values of one variable on its grid at its times, unpacked, in the variable's own unit.
public struct Field: Sendable {
  public let grid: Grid
  public let times: [Date]
  /// One for each time.
  public let versions: [DataVersion]
  package let values: FieldValues

  package init(grid: Grid, times: [Date], versions: [DataVersion], values: FieldValues) {
    self.grid = grid
    self.times = times
    self.versions = versions
    self.values = values
  }

  /// A field of one's own.
  ///
  /// - Parameter values: times x rows x columns, NaN where there is none.
  public init(grid: Grid, times: [Date], versions: [DataVersion]? = nil, values: [Double]) throws {
    guard values.count == times.count * grid.cellCount, versions.map({ $0.count == times.count }) ?? true
    else {
      throw ClimateFailure(
        "a field of \(times.count) times on \(grid.cellCount) cells cannot have \(values.count) values",
        kind: .fault)
    }
    self.init(
      grid: grid, times: times, versions: versions ?? times.map { _ in .unknown }, values: .doubles(values))
  }

  /// The value of a cell at a time; NaN where there is none.
  public subscript(time time: Int, row row: Int, column column: Int) -> Double {
    values[(time * grid.rowCount + row) * grid.columnCount + column]
  }
}

/// Numbers as precise as they are stored.
package enum FieldValues: Sendable {
  case floats([Float])
  case doubles([Double])

  package var count: Int {
    switch self {
    case .floats(let values): values.count
    case .doubles(let values): values.count
    }
  }

  package subscript(index: Int) -> Double {
    switch self {
    case .floats(let values): Double(values[index])
    case .doubles(let values): values[index]
    }
  }
}
