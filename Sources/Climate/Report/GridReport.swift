internal import Essentials
internal import FoundationEssentials

/// What is in a climate file, in words.
package enum GridReport {
  package static func text(_ file: ClimateFile) -> String {
    var lines = [file.name]
    for grid in distinct(file.variables.map(\.grid)) {
      lines.append(
        "Grid: \(grid), cells of \(rounded(grid.rowAxis.spacing)) x \(rounded(grid.columnAxis.spacing)) degrees"
      )
      lines.append("  \(placeOnLattice(grid))")
    }
    for variable in file.variables { lines += describe(variable) }
    return lines.joined(separator: "\n") + "\n"
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
    if !gaps.isEmpty {
      let shown = gaps.prefix(10).map(ISOTime.text).joined(separator: ", ")
      let more = gaps.count > 10 ? " and \(gaps.count - 10) more" : ""
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
  static func gaps(in times: [Date]) -> [Date] {
    guard let first = times.first, let last = times.last, times.count > 2 else { return [] }
    let days = times.map { CalendarDate(utc: $0) }
    let there = Set(times)
    if zip(times, days).allSatisfy({ $0 == $1.startOfDayUTC && $1.day == 1 }) {
      return CalendarMonth.range(CalendarMonth(of: days[0]), CalendarMonth(of: days[days.count - 1]))
        .map(\.firstDay.startOfDayUTC).filter { !there.contains($0) }
    }
    guard let step = zip(times.dropFirst(), times).map({ $0.timeIntervalSince($1) }).min(), step > 0 else {
      return []
    }
    return stride(from: first, to: last, by: step).filter { !there.contains($0) }
  }

  private static func distinct(_ grids: [Grid]) -> [Grid] {
    grids.enumerated().filter { position, grid in grids.firstIndex(of: grid) == position }.map(\.element)
  }

  private static func rounded(_ value: Double) -> Double { (value * 1e5).rounded() / 1e5 }
}
