internal import FoundationEssentials

extension ClimateVariable {
  /// Puts the pieces of equal name together: along time, each time once, and side by side where they lie on
  /// neighbouring grids of the same rows, as the two halves of an area over the antimeridian do.
  /// What cannot be used in one of the files, or cannot be put together, cannot be used at all.
  static func merge(
    _ pieces: [VariablePiece], unusable: [UnusableVariable]
  ) -> (variables: [ClimateVariable], unusable: [UnusableVariable]) {
    var names: [String] = []
    var groups: [String: [VariablePiece]] = [:]
    for piece in pieces {
      if groups[piece.variable.name] == nil { names.append(piece.variable.name) }
      groups[piece.variable.name, default: []].append(piece)
    }
    var variables: [ClimateVariable] = []
    var unusable = unusable.reduce(into: [UnusableVariable]()) { list, variable in
      if !list.contains(where: { $0.name == variable.name }) { list.append(variable) }
    }
    for name in names where !unusable.contains(where: { $0.name == name }) {
      guard let group = groups[name] else { continue }
      do {
        variables.append(try join(group))
      } catch {
        unusable.append(UnusableVariable(group[0].variable, error))
      }
    }
    return (variables, unusable)
  }

  private static func join(_ pieces: [VariablePiece]) throws -> ClimateVariable {
    let first = pieces[0]
    let name = first.variable.name
    for other in pieces.dropFirst() where other.variable.text("units") != first.variable.text("units") {
      throw ClimateFailure("\(name) has another unit in \(other.file.name) than in \(first.file.name)")
    }
    let grids = pieces.map(\.grid).reduce(into: [Grid]()) { grids, grid in
      if !grids.contains(where: { $0 == grid || GridMatch($0, in: grid) != nil }) { grids.append(grid) }
    }
    guard let (grid, placed) = try Grid.sideBySide(grids) else {
      throw ClimateFailure(
        "\(name) lies on grids that are not neighbours: \(grids.map(\.description).joined(separator: "; "))")
    }
    let files = placed.map { place in
      pieces.compactMap { piece -> VariablePanel.Piece? in
        if piece.grid == place.grid { return VariablePanel.Piece(piece: piece, match: nil) }
        return GridMatch(place.grid, in: piece.grid).map { VariablePanel.Piece(piece: piece, match: $0) }
      }
    }
    let chosen = files.map { steps(of: $0.map(\.piece)) }
    let times = Set(chosen.flatMap(\.keys)).sorted()
    let panels = zip(placed, zip(files, chosen)).map { place, content in
      VariablePanel(
        pieces: content.0, steps: times.map { content.1[$0] ?? [] }, columns: place.columns,
        offset: place.offset)
    }
    let found = try panels.map { try $0.versions(on: grid) }
    let versions = times.indices.map { time in
      found.compactMap { $0[time] }.reduce(nil as DataVersion?) { $0?.combined(with: $1) ?? $1 } ?? .unknown
    }
    return ClimateVariable(
      name: name, standardName: first.variable.standardName,
      longName: first.variable.text("long_name"), units: first.variable.text("units"),
      stepType: first.variable.text("GRIB_stepType"), grid: grid,
      times: times.filter { $0 != noTime }.map { Date(timeIntervalSince1970: Double($0)) },
      versions: versions,
      panels: panels)
  }

  /// Stands for the time of fields without one.
  private static let noTime = Int.min

  /// Where each time is stored: of equal times, the first of each version, the final one before the others.
  private static func steps(of pieces: [VariablePiece]) -> [Int: [VariableStep]] {
    var steps: [Int: [VariableStep]] = [:]
    for (number, piece) in pieces.enumerated() {
      for index in 0..<max(piece.times.count, 1) {
        let time = piece.times.isEmpty ? noTime : piece.times[index]
        let version = piece.versions[index]
        let held = steps[time, default: []]
        if held.contains(where: { pieces[$0.piece].versions[$0.index] == version }) { continue }
        let step = VariableStep(piece: number, index: index)
        steps[time] = version == .final ? [step] + held : held + [step]
      }
    }
    return steps
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
        GridMatch.haveSameRows(first, $0) && abs($0.columnAxis.spacing - spacing) < spacing * 1e-3
      })
    else { return nil }
    // All with the rows of the first and columns from west to east.
    let ordered = try grids.map {
      try Grid(latitudes: first.latitudes, longitudes: $0.longitudes.sorted())
    }.sorted { $0.west < $1.west }
    // Every rotation of the order from west to east may be the one without a break.
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
