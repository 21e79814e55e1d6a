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
    if let panel = panels.first, panels.count == 1, let step = panel.steps[wanted].first,
      let run = Self.run(of: panel, from: wanted.lowerBound, to: wanted.upperBound), run == wanted.upperBound,
      let step
    {
      let values = try panel.pieces[step.piece].read(
        step.index..<step.index + wanted.count, threads: threads
      ).values
      return Field(grid: grid, times: times, versions: versions, values: values)
    }
    return Field(grid: grid, times: times, versions: versions, values: try assemble(wanted))
  }

  /// Several files, or times out of order: reads runs, each into its place.
  private func assemble(_ wanted: Range<Int>) throws -> FieldValues {
    let isFloat = panels.allSatisfy { $0.pieces.allSatisfy(\.isPlainFloat) }
    let count = wanted.count * grid.cellCount
    var floats = isFloat ? [Float](repeating: .nan, count: count) : []
    var doubles = isFloat ? [] : [Double](repeating: .nan, count: count)
    for panel in panels {
      var position = wanted.lowerBound
      while position < wanted.upperBound {
        guard let step = panel.steps[position],
          let end = Self.run(of: panel, from: position, to: wanted.upperBound)
        else {
          position += 1
          continue
        }
        let part = try panel.pieces[step.piece].read(step.index..<step.index + end - position).values
        let first = position - wanted.lowerBound
        switch part {
        case .floats(let values) where isFloat: place(values, panel, at: first, into: &floats)
        case .blocks(let values) where isFloat: place(values.floats(), panel, at: first, into: &floats)
        default: place(part.doubles, panel, at: first, into: &doubles)
        }
        position = end
      }
    }
    return isFloat ? .floats(floats) : .doubles(doubles)
  }

  private func place<Number>(
    _ values: [Number], _ panel: VariablePanel, at first: Int, into target: inout [Number]
  ) {
    let columns = panel.pieces[0].grid.columnCount
    let rows = grid.rowCount
    for line in 0..<values.count / columns {
      let start = (first * rows + line) * grid.columnCount + panel.offset
      for (offset, column) in panel.columns.enumerated() {
        target[start + offset] = values[line * columns + column]
      }
    }
  }

  /// Where the run of times ends that begins at a position and lies in one file, one behind the other.
  private static func run(of panel: VariablePanel, from position: Int, to limit: Int) -> Int? {
    guard position < limit, var step = panel.steps[position] else { return nil }
    var end = position + 1
    while end < limit, let next = panel.steps[end], next.piece == step.piece, next.index == step.index + 1 {
      step = next
      end += 1
    }
    return end
  }
}

extension VariablePiece {
  /// Whether its values are floats as they stand.
  var isPlainFloat: Bool { variable.type == .float && Packing(variable).isPlain && layout.version == nil }
}
