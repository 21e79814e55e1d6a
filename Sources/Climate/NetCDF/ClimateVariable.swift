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
  /// One for each time; one in all where there is no time.
  public let versions: [DataVersion]
  package let panels: [VariablePanel]

  /// At least 1: a field without a time is one step.
  public var stepCount: Int { versions.count }

  /// Those of the wanted times at which the variable has no values, or of a grid that is put together from several files
  /// side by side not all of them, because the files lack them.
  ///
  /// The Climate Data Store leaves out, without a word, what is not available yet.
  public func missing(_ wanted: [Date]) -> [Date] {
    let there = Set(
      times.enumerated().filter { position, _ in panels.allSatisfy { !$0.steps[position].isEmpty } }.map(
        \.element))
    return wanted.filter { !there.contains($0) }
  }
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
