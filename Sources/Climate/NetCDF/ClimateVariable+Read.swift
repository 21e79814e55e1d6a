internal import Essentials
internal import FoundationEssentials

extension ClimateVariable {
  /// Puts the pieces of equal name together: along time, each time once.
  static func merge(_ pieces: [VariablePiece]) throws -> [ClimateVariable] {
    var names: [String] = []
    var groups: [String: [VariablePiece]] = [:]
    for piece in pieces {
      if groups[piece.variable.name] == nil { names.append(piece.variable.name) }
      groups[piece.variable.name, default: []].append(piece)
    }
    return try names.map { name in
      let group = groups[name] ?? []
      let first = group[0]
      for other in group.dropFirst() where other.grid != first.grid {
        throw ClimateFailure(
          "\(name) lies on another grid in \(other.file.name) (\(other.grid)) than in \(first.file.name) (\(first.grid))"
        )
      }
      for other in group.dropFirst() where other.variable.text("units") != first.variable.text("units") {
        throw ClimateFailure("\(name) has another unit in \(other.file.name) than in \(first.file.name)")
      }
      let steps = steps(of: group)
      return ClimateVariable(
        name: name, standardName: first.variable.text("standard_name").flatMap { $0 == "unknown" ? nil : $0 },
        longName: first.variable.text("long_name"), units: first.variable.text("units"),
        stepType: first.variable.text("GRIB_stepType"), grid: first.grid,
        times: steps.compactMap { step in
          group[step.piece].times.isEmpty
            ? nil : Date(timeIntervalSince1970: Double(group[step.piece].times[step.index]))
        },
        versions: steps.map { group[$0.piece].versions[$0.index] }, pieces: group)
    }
  }

  /// Where each time is stored, ascending; of equal times the final one, else the first.
  static func steps(of pieces: [VariablePiece]) -> [(piece: Int, index: Int)] {
    var best: [Int: (piece: Int, index: Int)] = [:]
    for (number, piece) in pieces.enumerated() {
      for index in 0..<max(piece.times.count, 1) {
        let time = piece.times.isEmpty ? Int.min : piece.times[index]
        if let held = best[time],
          !(piece.versions[index] == .final && pieces[held.piece].versions[held.index] != .final)
        {
          continue
        }
        best[time] = (number, index)
      }
    }
    return best.sorted { $0.key < $1.key }.map(\.value)
  }

  func read(_ range: Range<Int>?) throws -> Field {
    let steps = Self.steps(of: pieces)
    let wanted = range ?? 0..<steps.count
    guard wanted.lowerBound >= 0, wanted.upperBound <= steps.count else {
      throw ClimateFailure("\(name) has \(steps.count) times, not \(wanted)", kind: .fault)
    }
    let times = self.times.isEmpty ? [] : Array(self.times[wanted])
    if pieces.count == 1, Self.isRun(steps[wanted].map(\.index)) {
      let first = steps[wanted].first?.index ?? 0
      let (values, versions) = try pieces[0].read(first..<first + wanted.count)
      return Field(grid: grid, times: times, versions: versions, values: values)
    }
    // Several files, or times out of order: read runs, each into its place.
    var values: [Double] = []
    var versions: [DataVersion] = []
    values.reserveCapacity(wanted.count * grid.cellCount)
    var position = wanted.lowerBound
    while position < wanted.upperBound {
      var end = position + 1
      while end < wanted.upperBound, steps[end].piece == steps[position].piece,
        steps[end].index == steps[end - 1].index + 1
      { end += 1 }
      let first = steps[position].index
      let part = try pieces[steps[position].piece].read(first..<first + end - position)
      if case .doubles(let numbers) = part.values.asDoubles { values += numbers }
      versions += part.versions
      position = end
    }
    return Field(grid: grid, times: times, versions: versions, values: .doubles(values))
  }

  private static func isRun(_ indices: [Int]) -> Bool {
    zip(indices.dropFirst(), indices).allSatisfy { $0 == $1 + 1 }
  }
}
