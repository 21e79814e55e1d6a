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
  /// Variables on a grid of which something is wrong.
  package let unusable: [UnusableVariable]

  /// Opens the file; reads the headers and coordinates, not yet the values.
  ///
  /// - Throws: ``ClimateFailure`` of kind `configuration` where the file cannot be opened, and `rejected` where it is
  ///   GRIB, foreign or truncated, or none of its variables has a layout that is supported.
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
    let found = files.map { VariablePiece.all(in: $0) }
    (variables, unusable) = ClimateVariable.merge(
      found.flatMap(\.pieces), unusable: found.flatMap(\.unusable))
    guard !variables.isEmpty else {
      throw unusable.first?.failure
        ?? ClimateFailure("\(name) has no variable on a grid of latitudes and longitudes")
    }
  }

  /// The variable of that name, else the one with that standard name or long name.
  ///
  /// - Throws: ``ClimateFailure`` of kind `configuration`, listing what there is, where there is none or more than one; of
  ///   kind `rejected` where it cannot be used.
  public func variable(_ name: String) throws -> ClimateVariable {
    if let found = variables.first(where: { $0.name == name }) { return found }
    if let broken = unusable.first(where: { $0.name == name }) { throw broken.failure }
    if let found = try only(
      name, "standard name", variables.filter { $0.standardName == name },
      unusable.filter { $0.standardName == name })
    {
      return found
    }
    if let found = try only(
      name, "long name", variables.filter { $0.longName == name }, unusable.filter { $0.longName == name })
    {
      return found
    }
    throw ClimateFailure(
      "\(self.name) has no variable \(name)",
      remedy: "It has \(variables.map(\.name).joined(separator: ", ")).",
      kind: .configuration)
  }

  /// The one variable that has a standard name or long name; nil where none has.
  private func only(
    _ name: String, _ kind: String, _ found: [ClimateVariable], _ broken: [UnusableVariable]
  ) throws -> ClimateVariable? {
    let names = found.map(\.name) + broken.map(\.name)
    guard names.count <= 1 else {
      throw ClimateFailure(
        "\(name) is the \(kind) of \(names.count) variables of \(self.name)",
        remedy: "Ask for one of them by its own name: \(names.joined(separator: ", ")).",
        kind: .configuration)
    }
    if let broken = broken.first { throw broken.failure }
    return found.first
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
