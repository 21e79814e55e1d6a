import Climate
import Connectors
import FlowKit

/// The months of a run.
struct ERA5Months {
  let from: CalendarMonth?
  let to: CalendarMonth?
  /// Whether what DHIS2 lacks decides how far back a run without `from` looks.
  let looksBack: Bool
  let source: ERA5Source
  let store: CDS
  let run: FlowRun

  /// So many months are looked at for what DHIS2 lacks.
  static let lookedBackAt = 24

  /// The months in order. Without any given: the last one published, and before it those that were imported while they
  /// were preliminary.
  func resolve(preliminary: [CalendarMonth]) async throws -> [CalendarMonth] {
    if let from, from < ERA5Source.firstMonth {
      throw Misconfiguration(
        "from (\(from)) lies before \(ERA5Source.firstMonth)", remedy: "ERA5-Land begins then.")
    }
    if let from, let to, from > to {
      throw Misconfiguration(
        "from (\(from)) lies after to (\(to))", remedy: "Give the earlier month as from.")
    }
    let last: CalendarMonth
    if let to { last = to } else { last = try await lastPublished() }
    guard let from else {
      if looksBack {
        return CalendarMonth.range(
          max(ERA5Source.firstMonth, last.adding(months: 1 - Self.lookedBackAt)), last)
      }
      if to != nil { return [last] }
      return Set(preliminary.filter { $0 < last } + [last]).sorted()
    }
    guard from <= last else {
      throw Misconfiguration(
        "from (\(from)) lies after the last month published (\(last))", remedy: "Run again when it is out.")
    }
    return CalendarMonth.range(from, last)
  }

  /// The last month that the store has as a whole.
  private func lastPublished() async throws -> CalendarMonth {
    try await run.task("last_month", retry: .backoff(3)) { task in
      let day = try await store.lastDay(of: source.dataset)
      var month = CalendarMonth(of: day)
      // The last day of a month is whole with the stamp of 00 UTC after it.
      if source == .hourly, day <= month.lastDay { month = month.adding(months: -1) }
      task.log.info("the last month published is \(month)")
      return month
    }
  }
}
