internal import FoundationEssentials

extension ClimateVariable {
  /// Puts the pieces of equal name together: along time, each time once, and side by side where they lie on
  /// neighbouring grids of the same rows, as the two halves of an area over the antimeridian do.
  static func merge(_ pieces: [VariablePiece]) throws -> [ClimateVariable] {
    var names: [String] = []
    var groups: [String: [VariablePiece]] = [:]
    for piece in pieces {
      if groups[piece.variable.name] == nil { names.append(piece.variable.name) }
      groups[piece.variable.name, default: []].append(piece)
    }
    return try names.map { try join(groups[$0] ?? []) }
  }

  private static func join(_ pieces: [VariablePiece]) throws -> ClimateVariable {
    let first = pieces[0]
    let name = first.variable.name
    for other in pieces.dropFirst() where other.variable.text("units") != first.variable.text("units") {
      throw ClimateFailure("\(name) has another unit in \(other.file.name) than in \(first.file.name)")
    }
    let grids = pieces.map(\.grid).reduce(into: [Grid]()) { if !$0.contains($1) { $0.append($1) } }
    guard let (grid, placed) = try Grid.sideBySide(grids) else {
      throw ClimateFailure(
        "\(name) lies on grids that are not neighbours: \(grids.map(\.description).joined(separator: "; "))")
    }
    let columns = placed.map { position in (position, pieces.filter { $0.grid == position.grid }) }
    let chosen = columns.map { steps(of: $0.1) }
    let times = Set(chosen.flatMap(\.keys)).sorted()
    let panels = zip(columns, chosen).map { column, steps in
      VariablePanel(
        pieces: column.1, steps: times.map { steps[$0] }, columns: column.0.columns, offset: column.0.offset)
    }
    let versions = times.indices.map { time in
      panels.compactMap { panel in panel.steps[time].map { panel.pieces[$0.piece].versions[$0.index] } }
        .reduce(nil as DataVersion?) { $0?.combined(with: $1) ?? $1 } ?? .unknown
    }
    return ClimateVariable(
      name: name, standardName: first.variable.text("standard_name").flatMap { $0 == "unknown" ? nil : $0 },
      longName: first.variable.text("long_name"), units: first.variable.text("units"),
      stepType: first.variable.text("GRIB_stepType"), grid: grid,
      times: times.filter { $0 != noTime }.map { Date(timeIntervalSince1970: Double($0)) },
      versions: versions,
      panels: panels)
  }

  /// Stands for the time of fields without one.
  private static let noTime = Int.min

  /// Where each time is stored; of equal times the final one, else the first.
  private static func steps(of pieces: [VariablePiece]) -> [Int: VariableStep] {
    var best: [Int: VariableStep] = [:]
    for (number, piece) in pieces.enumerated() {
      for index in 0..<max(piece.times.count, 1) {
        let time = piece.times.isEmpty ? noTime : piece.times[index]
        if let held = best[time],
          piece.versions[index] != .final || pieces[held.piece].versions[held.index] == .final
        {
          continue
        }
        best[time] = VariableStep(piece: number, index: index)
      }
    }
    return best
  }
}

/// A grid as a part of a wider one.
struct PlacedGrid {
  let grid: Grid
  /// Its columns that are used: where grids overlap, the western one has the column.
  let columns: Range<Int>
  /// The column of the wider grid at which they begin.
  let offset: Int
}

extension Grid {
  /// One grid made of several that lie side by side, from west to east, perhaps over the antimeridian; nil where they
  /// do not fit together.
  static func sideBySide(_ grids: [Grid]) throws -> (Grid, [PlacedGrid])? {
    guard let first = grids.first else { return nil }
    if grids.count == 1 {
      return (first, [PlacedGrid(grid: first, columns: 0..<first.columnCount, offset: 0)])
    }
    let spacing = first.columnAxis.spacing
    guard
      grids.allSatisfy({
        $0.latitudes == first.latitudes && !$0.columnAxis.descends
          && abs($0.columnAxis.spacing - spacing) < 1e-6
      })
    else { return nil }
    // Every rotation of the order from west to east may be the one without a break.
    let ordered = grids.sorted { $0.west < $1.west }
    for start in ordered.indices {
      let turned = ordered[start...].map { ($0, 0.0) } + ordered[..<start].map { ($0, 360.0) }
      if let joined = try join(turned, spacing) { return joined }
    }
    return nil
  }

  private static func join(_ grids: [(Grid, Double)], _ spacing: Double) throws -> (Grid, [PlacedGrid])? {
    var longitudes = grids[0].0.longitudes
    var placed = [PlacedGrid(grid: grids[0].0, columns: 0..<longitudes.count, offset: 0)]
    for (grid, turn) in grids.dropFirst() {
      let shifted = grid.longitudes.map { $0 + turn }
      let last = longitudes[longitudes.count - 1]
      guard let start = shifted.firstIndex(where: { $0 > last + spacing / 2 }) else { return nil }
      guard abs(shifted[start] - last - spacing) < spacing * 1e-3 else { return nil }
      placed.append(PlacedGrid(grid: grid, columns: start..<shifted.count, offset: longitudes.count))
      longitudes += shifted[start...]
    }
    return (try Grid(latitudes: grids[0].0.latitudes, longitudes: longitudes), placed)
  }
}
