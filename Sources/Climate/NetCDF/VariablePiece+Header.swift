/// Finding the fields of a file with their coordinates.
extension VariablePiece {
  /// All variables of the file that are fields on a grid, and those among them that cannot be used.
  static func all(in file: NetCDFFile) -> (pieces: [VariablePiece], unusable: [UnusableVariable]) {
    var grids: [[Int32]: Grid] = [:]
    var pieces: [VariablePiece] = []
    var unusable: [UnusableVariable] = []
    for variable in file.variables where !["latitude_bnds", "longitude_bnds"].contains(variable.name) {
      do {
        if let piece = try piece(variable, in: file, &grids) { pieces.append(piece) }
      } catch {
        unusable.append(UnusableVariable(variable, error))
      }
    }
    return (pieces, unusable)
  }

  private static func piece(
    _ variable: NetCDFVariable, in file: NetCDFFile, _ grids: inout [[Int32]: Grid]
  ) throws -> VariablePiece? {
    guard let layout = try VariableLayout(variable, in: file) else { return nil }
    let axes = [variable.dimensions[layout.row], variable.dimensions[layout.column]].compactMap {
      file.variable($0.name)
    }
    guard axes.count == 2 else { return nil }
    try file.refuseUnsigned(variable)
    let key = axes.map(\.id)
    let grid =
      try grids[key] ?? Grid(latitudes: file.coordinates(axes[0]), longitudes: file.coordinates(axes[1]))
    grids[key] = grid
    let times = try times(of: variable, layout, in: file)
    let count = max(times.count, 1)
    let piece = VariablePiece(
      file: file, variable: variable, layout: layout, times: times,
      versions: try versions(of: variable, layout, count: count, in: file), grid: grid)
    return layout.version == nil ? piece : piece.with(versions: try piece.versionsFromValues(count))
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
