public import FoundationEssentials

/// A variable of a climate file: what it is, where and when it has values.
public struct ClimateVariable: Sendable {
  /// Its name in the file: `t2m`, `tp`.
  public let name: String
  public let standardName: String?
  public let longName: String?
  /// As the file writes it: `K`, `m`, `m s**-1`.
  public let units: String?
  /// GRIB's word for how a value relates to its time: `instant`, `accum`, `avg`.
  public let stepType: String?
  public let grid: Grid
  /// Ascending; empty where the file says no time.
  public let times: [Date]
  /// One for each time.
  public let versions: [DataVersion]
  package let pieces: [VariablePiece]

  /// Values of all times together.
  public var valueCount: Int { max(times.count, 1) * grid.cellCount }
}

/// A variable in one of the files that make up a climate file.
package struct VariablePiece: Sendable {
  package let file: NetCDFFile
  package let variable: NetCDFVariable
  package let layout: VariableLayout
  /// Seconds since 1970, in the order of the file.
  package let times: [Int]
  package let versions: [DataVersion]
  package let grid: Grid
}
