internal import Essentials

/// A climate file as it was downloaded: its variables, their grids and times, and their values.
///
///     let file = try ClimateFile(path: "era5-land.nc")           // NetCDF, or a ZIP of NetCDF files
///     let weights = try ZonalWeights(grid: file.grid, zones: zones)
///     let rain = try file.zonalSeries("tp", weights: weights)
///
/// Files of one ZIP, or several paths, are merged by what their coordinates say.
public final class ClimateFile: Sendable {
  /// In the order of the files.
  public let variables: [ClimateVariable]
  /// What messages call the file.
  public let name: String

  /// Opens the file; reads the headers and coordinates, not yet the values.
  ///
  /// - Throws: ``ClimateFailure`` of kind `configuration` where the file cannot be opened, and `rejected` where it is
  ///   GRIB, foreign, truncated, or has a layout that is not supported.
  public convenience init(path: String) throws {
    try self.init(paths: [path])
  }

  /// Opens several files as one.
  public init(paths: [String]) throws {
    name = paths.joined(separator: " + ")
    var files: [NetCDFFile] = []
    for path in paths {
      let kind = try FileKind(path: path)
      if let refusal = kind.refusal(of: path) { throw refusal }
      files += kind == .zip ? try ZipArchive.netCDFFiles(path: path) : [try NetCDFFile(path: path)]
    }
    variables = try ClimateVariable.merge(try files.flatMap { try VariablePiece.all(in: $0) })
    guard !variables.isEmpty else {
      throw ClimateFailure("\(name) has no variable on a grid of latitudes and longitudes")
    }
  }

  /// The variable of that name, else the one with that standard name or long name.
  ///
  /// - Throws: ``ClimateFailure`` of kind `configuration`, listing what there is.
  public func variable(_ name: String) throws -> ClimateVariable {
    let found =
      variables.first { $0.name == name } ?? variables.first { $0.standardName == name }
      ?? variables.first { $0.longName == name }
    if let found { return found }
    throw ClimateFailure(
      "\(self.name) has no variable \(name)",
      remedy: "It has \(variables.map(\.name).joined(separator: ", ")).",
      kind: .configuration)
  }

  /// The grid that all variables share.
  ///
  /// - Throws: ``ClimateFailure`` where they lie on different grids: ask each ``ClimateVariable`` for its own then.
  public var grid: Grid {
    get throws {
      let grids = Set(variables.map(\.grid))
      guard let grid = grids.first, grids.count == 1 else {
        throw ClimateFailure("the variables of \(name) lie on \(grids.count) different grids")
      }
      return grid
    }
  }

  /// The values of a variable, of all times or of some.
  ///
  /// - Parameter times: positions in the variable's times; nil for all of them.
  public func read(_ name: String, times: Range<Int>? = nil) throws -> Field {
    try variable(name).read(times)
  }
}
