/// The columns of a variable that come from files of one grid.
package struct VariablePanel: Sendable {
  package struct Piece: Sendable {
    package let piece: VariablePiece
    /// Where the cells of the panel's grid lie in the piece's; nil where it is the same.
    package let match: GridMatch?
  }

  package let pieces: [Piece]
  /// For each time of the variable, where it is stored: nowhere, where these files lack it; once; or several times in
  /// different versions, where each has the cells that those before it lack, the final one being the first.
  package let steps: [[VariableStep]]
  /// The columns of the files that are used, and where the first of them lies in the whole grid.
  package let columns: Range<Int>
  package let offset: Int
}

/// One time of a variable in one of its files.
package struct VariableStep: Sendable, Equatable {
  package let piece: Int
  package let index: Int
}

extension VariablePanel {
  /// Where the run of times ends that begins at a position and lies in the same files, one behind the other.
  func runEnd(from position: Int, to limit: Int) -> Int {
    var end = position + 1
    while end < limit, steps[end].count == steps[end - 1].count,
      zip(steps[end], steps[end - 1]).allSatisfy({ $0.piece == $1.piece && $0.index == $1.index + 1 })
    {
      end += 1
    }
    return end
  }

  /// Hands over each run among some times, and once for each version that it is stored in, that version's number.
  func forEachRun(in wanted: Range<Int>, _ body: (_ run: Range<Int>, _ number: Int) throws -> Void) rethrows {
    var position = wanted.lowerBound
    while position < wanted.upperBound {
      let end = runEnd(from: position, to: wanted.upperBound)
      for number in steps[position].indices { try body(position..<end, number) }
      position = end
    }
  }

  /// The values of a run in one of its versions, as they lie in the file.
  func values(_ number: Int, _ run: Range<Int>) throws -> FieldValues {
    let step = steps[run.lowerBound][number]
    return try pieces[step.piece].piece.read(step.index..<step.index + run.count).values
  }

  /// Puts the values of a run into a grid where there are none yet.
  ///
  /// - Parameter first: the time in the target at which they begin.
  /// - Returns: for each time whether it has got any.
  @discardableResult
  func place<Number: BinaryFloatingPoint>(
    _ values: [Number], _ number: Int, _ run: Range<Int>, at first: Int, of grid: Grid,
    into target: inout [Number]
  ) -> [Bool] {
    let file = pieces[steps[run.lowerBound][number].piece]
    let width = file.piece.grid.columnCount
    let rows = grid.rowCount
    let (rowMap, columnMap) = (file.match?.rows, file.match?.columns)
    var used = [Bool](repeating: false, count: run.count)
    for time in 0..<run.count {
      for row in 0..<rows {
        let start = ((first + time) * rows + row) * grid.columnCount + offset
        let line = (time * rows + (rowMap?[row] ?? row)) * width
        for (place, column) in columns.enumerated() where target[start + place].isNaN {
          let value = values[line + (columnMap?[column] ?? column)]
          if value.isNaN { continue }
          target[start + place] = value
          used[time] = true
        }
      }
    }
    return used
  }

  /// The version of each time; nil where the files lack it. Of a time that is stored in several it is known only from
  /// which of them have values.
  func versions(on grid: Grid) throws -> [DataVersion?] {
    var versions = steps.map { $0.first.map { pieces[$0.piece].piece.versions[$0.index] } }
    let block = max(1, (8 << 20) / max(grid.cellCount * MemoryLayout<Double>.size, 1))
    for start in stride(from: 0, to: steps.count, by: block) {
      let wanted = start..<min(start + block, steps.count)
      guard wanted.contains(where: { steps[$0].count > 1 }) else { continue }
      var target = [Double](repeating: .nan, count: wanted.count * grid.cellCount)
      var found = [DataVersion?](repeating: nil, count: wanted.count)
      try forEachRun(in: wanted) { run, number in
        guard steps[run.lowerBound].count > 1 else { return }
        let first = run.lowerBound - start
        let values = try values(number, run).doubles
        for (time, isUsed) in place(values, number, run, at: first, of: grid, into: &target).enumerated()
        where isUsed {
          let step = steps[run.lowerBound + time][number]
          let version = pieces[step.piece].piece.versions[step.index]
          found[first + time] = found[first + time]?.combined(with: version) ?? version
        }
      }
      for (position, version) in zip(wanted, found) { versions[position] = version ?? versions[position] }
    }
    return versions
  }
}
