internal import Essentials
internal import FoundationEssentials

/// What is in a climate file, in words.
package enum GridReport {
  package static func text(_ file: ClimateFile) -> String {
    var lines = [file.name]
    for grid in distinct(file.variables.map(\.grid)) {
      lines.append(
        "Grid: \(grid), cells of \(spacing(grid.rowAxis)) x \(spacing(grid.columnAxis)) degrees"
      )
      lines.append("  \(placeOnLattice(grid))")
    }
    for variable in file.variables { lines += describe(variable) }
    for variable in file.unusable {
      lines.append("Variable \(variable.name) cannot be used: \(variable.failure)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// `0.1`, or `0.1 to 0.3` where the cells differ.
  private static func spacing(_ axis: GridAxis) -> String {
    guard let gaps = axis.gaps, gaps.upperBound > 1.5 * gaps.lowerBound else {
      return "\(rounded(axis.spacing))"
    }
    return "\(rounded(gaps.lowerBound)) to \(rounded(gaps.upperBound))"
  }

  /// How a grid lies to that of ERA5-Land. A coarser one may have its centres there and is another all the same.
  private static func placeOnLattice(_ grid: Grid) -> String {
    let lattice = "the 0.1 degree lattice of ERA5-Land"
    let axes = [grid.rowAxis, grid.columnAxis].filter { $0.count > 1 }
    guard axes.allSatisfy({ abs($0.spacing - 0.1) <= 2e-3 }) else {
      return "not of the spacing of \(lattice): another dataset"
    }
    let deviation = grid.deviation()
    return deviation <= 2e-3
      ? "on \(lattice)"
      : "up to \(rounded(deviation)) degrees beside \(lattice): interpolated, or another dataset"
  }

  private static func describe(_ variable: ClimateVariable) -> [String] {
    let names = [variable.longName, variable.standardName].compactMap { $0 }
    let unit = variable.units.map { ", in \($0)" } ?? ", without a unit"
    var lines = ["Variable \(variable.name)\(names.first.map { ": \($0)" } ?? "")\(unit)"]
    if let step = variable.stepType { lines.append("  step type \(step)") }
    guard let first = variable.times.first, let last = variable.times.last else {
      lines.append("  one field without a time")
      return lines
    }
    lines.append(
      variable.times.count == 1
        ? "  one time: \(ISOTime.text(first))"
        : "  \(variable.times.count) times from \(ISOTime.text(first)) to \(ISOTime.text(last))")
    let gaps = gaps(in: variable.times)
    if gaps.count > 0 {
      let shown = gaps.first.map(ISOTime.text).joined(separator: ", ")
      let more = gaps.count > gaps.first.count ? " and \(gaps.count - gaps.first.count) more" : ""
      lines.append("  \(gaps.count) missing in between: \(shown)\(more)")
    }
    let counts = DataVersion.allCases.compactMap { version -> String? in
      let count = variable.versions.filter { $0 == version }.count
      return count == 0 ? nil : "\(count) \(version == .unknown ? "of unknown version" : version.rawValue)"
    }
    lines.append("  \(counts.joined(separator: ", "))")
    return lines
  }

  /// The times that are not there between the first and the last, by the shortest step; months by the calendar. The store
  /// leaves out without a word what it does not have.
  ///
  /// Counted without going through them, for a damaged time may be thousands of years away.
  /// - Returns: how many they are, and the first ten.
  static func gaps(in times: [Date]) -> (count: Int, first: [Date]) {
    guard times.count > 2 else { return (0, []) }
    let days = times.map { CalendarDate(utc: $0) }
    if zip(times, days).allSatisfy({ $0 == $1.startOfDayUTC && $1.day == 1 }) {
      let months = days.map(CalendarMonth.init(of:))
      return gaps(in: months.map { $0.year * 12 + $0.month - months[0].year * 12 - months[0].month }, step: 1)
      {
        months[0].adding(months: $0).firstDay.startOfDayUTC
      }
    }
    let seconds = times.map { Int($0.timeIntervalSince(times[0]).rounded()) }
    guard let step = zip(seconds.dropFirst(), seconds).map({ $0 - $1 }).min(), step > 0 else {
      return (0, [])
    }
    return gaps(in: seconds, step: step) { times[0].addingTimeInterval(Double($0)) }
  }

  /// The multiples of a step below the last of some ascending numbers, beginning with 0, that are not among them.
  private static func gaps(
    in numbers: [Int], step: Int, date: (Int) -> Date
  ) -> (count: Int, first: [Date]) {
    let last = numbers[numbers.count - 1]
    let present = numbers.filter { $0 % step == 0 && $0 < last }.map { $0 / step }
    var count = 0
    var first: [Date] = []
    for (place, next) in zip(present, present.dropFirst() + [(last + step - 1) / step]) {
      count += next - place - 1
      first += (place + 1..<next).prefix(10 - first.count).map { date($0 * step) }
    }
    return (count, first)
  }

  private static func distinct(_ grids: [Grid]) -> [Grid] {
    grids.enumerated().filter { position, grid in grids.firstIndex(of: grid) == position }.map(\.element)
  }

  private static func rounded(_ value: Double) -> Double { (value * 1e5).rounded() / 1e5 }
}
