/// Finding the fields of a file with their coordinates.
extension VariablePiece {
  /// All variables of the file that are fields on a grid.
  static func all(in file: NetCDFFile) throws -> [VariablePiece] {
    var grids: [[Int32]: Grid] = [:]
    return try file.variables.compactMap { variable in
      guard let layout = try VariableLayout(variable, in: file),
        !["latitude_bnds", "longitude_bnds"].contains(variable.name)
      else { return nil }
      let axes = [variable.dimensions[layout.row], variable.dimensions[layout.column]].compactMap {
        file.variable($0.name)
      }
      guard axes.count == 2 else { return nil }
      let key = axes.map(\.id)
      let grid: Grid
      if let known = grids[key] {
        grid = known
      } else {
        grid = try Grid(
          latitudes: coordinates(axes[0], in: file), longitudes: coordinates(axes[1], in: file))
        grids[key] = grid
      }
      let times = try times(of: variable, layout, in: file)
      let count = max(times.count, 1)
      let piece = VariablePiece(
        file: file, variable: variable, layout: layout, times: times,
        versions: try versions(of: variable, layout, count: count, in: file), grid: grid)
      return layout.version == nil ? piece : piece.with(versions: try piece.versionsFromValues(count))
    }
  }

  /// Coordinates that are stored as floats carry noise behind the fifth decimal: 0.1 is 0.10000000149. What is a
  /// multiple of 1e-5 within that noise is taken for it.
  private static func coordinates(_ variable: NetCDFVariable, in file: NetCDFFile) throws -> [Double] {
    let values = try file.doubles(variable)
    guard variable.type == .float else { return values }
    return values.map { value in
      let tidy = (value * 1e5).rounded() / 1e5
      return Float(tidy) == Float(value) ? tidy : value
    }
  }

  /// The moments of a variable, in the order of the file; empty where the file says none.
  private static func times(
    of variable: NetCDFVariable, _ layout: VariableLayout, in file: NetCDFFile
  ) throws -> [Int] {
    let source: NetCDFVariable?
    if let position = layout.time {
      guard variable.dimensions[position].length > 0 else {
        throw ClimateFailure(
          "\(variable.name) of \(file.name) has no times",
          remedy: "What was asked for may not be available yet: ask for earlier dates.")
      }
      source = file.variable(variable.dimensions[position].name)
    } else {
      // A lone time is a scalar beside the field. Forecasts have the time of their start as well.
      let scalars = file.variables.filter { $0.count == 1 && CFTime($0.text("units") ?? "") != nil }
      source =
        scalars.first { $0.text("standard_name") == "time" } ?? scalars.first { $0.name == "valid_time" }
        ?? scalars.first { $0.name == "time" }
    }
    guard let source else { return [] }
    guard let unit = CFTime(source.text("units") ?? "") else {
      throw ClimateFailure("\(source.name) of \(file.name) has no unit of time")
    }
    let calendar = source.text("calendar")?.lowercased() ?? "standard"
    guard ["standard", "gregorian", "proleptic_gregorian"].contains(calendar) else {
      throw ClimateFailure(
        "\(file.name) counts its times in the calendar \(calendar), which is not supported")
    }
    let values = try file.doubles(source)
    if let wrong = values.first(where: { !$0.isFinite || abs($0 * unit.unit) > 1e12 }) {
      throw ClimateFailure("\(source.name) of \(file.name) has a value that is no time: \(wrong)")
    }
    return values.map(unit.epochSeconds)
  }

  private static func versions(
    of variable: NetCDFVariable, _ layout: VariableLayout, count: Int, in file: NetCDFFile
  ) throws -> [DataVersion] {
    // As a dimension, what is final is known only from which slice has values.
    guard layout.version == nil, let expver = file.variable("expver") else {
      return Array(repeating: .unknown, count: count)
    }
    let texts: [String]
    if expver.type == .string || expver.type == .text {
      texts = try file.texts(expver)
    } else {
      texts = try file.doubles(expver).map(DataVersion.text)
    }
    if texts.count == count { return texts.map(DataVersion.init(expver:)) }
    guard texts.count == 1 else {
      throw ClimateFailure(
        "\(file.name) has \(texts.count) values of expver for \(count) times of \(variable.name)")
    }
    return Array(repeating: DataVersion(expver: texts[0]), count: count)
  }

  /// Where `expver` is a dimension, the version of a time is that of the slice that has its values.
  private func versionsFromValues(_ count: Int) throws -> [DataVersion] {
    let block = max(1, (8 << 20) / max(grid.cellCount * MemoryLayout<Double>.size, 1))
    return try stride(from: 0, to: count, by: block).flatMap { start in
      try read(start..<min(start + block, count)).versions
    }
  }

  private func with(versions: [DataVersion]) -> VariablePiece {
    VariablePiece(
      file: file, variable: variable, layout: layout, times: times, versions: versions, grid: grid)
  }
}
