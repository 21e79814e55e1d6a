import Climate
import Connectors
import FlowKit

/// The months of a run.
struct ERA5Months {
  let from: CalendarMonth?
  let to: CalendarMonth?
  let store: CDS
  let run: FlowRun

  /// The months in order. What cannot be right is refused before anything is fetched.
  func resolve(for indicators: [ERA5Indicator]) async throws -> [CalendarMonth] {
    let last: CalendarMonth
    if let to {
      last = to
    } else {
      last = try await run.task("last_month", retry: .backoff(3)) { task in
        let month = CalendarMonth(of: try await store.lastDay(of: ERA5MonthlyMeans.dataset))
        task.log.info("the last month published is \(month)")
        return month
      }
    }
    let first = from ?? last
    guard first <= last else {
      throw Misconfiguration(
        "from (\(first)) lies after to (\(last))", remedy: "Give the earlier month as from.")
    }
    guard first >= ERA5MonthlyMeans.firstMonth else {
      throw Misconfiguration(
        "from (\(first)) lies before \(ERA5MonthlyMeans.firstMonth)", remedy: "ERA5-Land begins then.")
    }
    let months = CalendarMonth.range(first, last)
    let faulty = FaultyMonths.among(months)
    if indicators.contains(.precipitation), let firstFaulty = faulty.first, let lastFaulty = faulty.last {
      throw Misconfiguration(
        "the monthly means of precipitation from \(FaultyMonths.accumulations.lowerBound) to \(FaultyMonths.accumulations.upperBound) are wrong at the source (about half of what fell), and \(firstFaulty) to \(lastFaulty) were asked for",
        remedy: "Import these months with --indicators mean_temperature, and other months with precipitation."
      )
    }
    return months
  }
}
