internal import Essentials
internal import FoundationEssentials

extension ClimateVariable {
  /// The values of some of the times, or of all.
  func read(_ range: Range<Int>? = nil, threads: Int = Parallel.processors) throws -> Field {
    let wanted = range ?? 0..<stepCount
    guard wanted.lowerBound >= 0, wanted.upperBound <= stepCount else {
      throw ClimateFailure("\(name) has \(stepCount) times, not \(wanted)", kind: .fault)
    }
    let times = self.times.isEmpty ? [] : Array(self.times[wanted])
    let versions = Array(self.versions[wanted])
    if panels.count == 1, !wanted.isEmpty, panels[0].steps[wanted.lowerBound].count == 1,
      panels[0].runEnd(from: wanted.lowerBound, to: wanted.upperBound) == wanted.upperBound,
      let step = panels[0].steps[wanted.lowerBound].first, panels[0].pieces[step.piece].match == nil
    {
      let values = try panels[0].pieces[step.piece].piece.read(
        step.index..<step.index + wanted.count, threads: threads
      ).values
      return Field(grid: grid, times: times, versions: versions, values: values)
    }
    return Field(grid: grid, times: times, versions: versions, values: try assemble(wanted))
  }

  /// Several files, or times out of order: reads runs, each into its place.
  private func assemble(_ wanted: Range<Int>) throws -> FieldValues {
    let isFloat = panels.allSatisfy { $0.pieces.allSatisfy(\.piece.isPlainFloat) }
    let count = wanted.count * grid.cellCount
    var floats = isFloat ? [Float](repeating: .nan, count: count) : []
    var doubles = isFloat ? [] : [Double](repeating: .nan, count: count)
    for panel in panels {
      try panel.forEachRun(in: wanted) { run, number in
        let part = try panel.values(number, run)
        let first = run.lowerBound - wanted.lowerBound
        switch part {
        case .floats(let values) where isFloat:
          panel.place(values, number, run, at: first, of: grid, into: &floats)
        case .blocks(let values) where isFloat:
          panel.place(values.floats(), number, run, at: first, of: grid, into: &floats)
        default: panel.place(part.doubles, number, run, at: first, of: grid, into: &doubles)
        }
      }
    }
    return isFloat ? .floats(floats) : .doubles(doubles)
  }
}

extension VariablePiece {
  /// Whether its values are floats as they stand.
  var isPlainFloat: Bool { variable.type == .float && Packing(variable).isPlain && layout.version == nil }
}
