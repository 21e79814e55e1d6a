import Connectors
import FlowKit

/// The values as CHAP, DHIS2's modelling platform, reads them: a row for each period and org unit, a column for each
/// indicator.
struct ERA5Chap: Sendable {
  let location: Location
  let indicators: [ERA5Indicator]

  /// Makes sure that the file can be written, before anything is fetched for it.
  func checkPlace(_ run: FlowRun) async throws { await (try await run.writer(to: location)).abandon() }

  /// Writes the values of a run, where it has any: a file that is there is not emptied by a run with nothing to do.
  ///
  /// - Parameters:
  ///   - months: those of the run.
  ///   - asked: those that were asked for, of which DHIS2 may have had some already.
  func write(
    _ values: ERA5Values, months: [CalendarMonth], of asked: [CalendarMonth], _ run: FlowRun
  ) async throws {
    try await run.task("write_chap_csv") { task in
      guard !values.values.isEmpty else {
        return task.log.info("nothing to write to \(location): it is left as it is")
      }
      try await write(values, to: try await run.writer(to: location))
      task.log.info("\(values.values.count) values written to \(location) for CHAP")
      guard months.count < asked.count else { return }
      let shown = months.prefix(12).map(\.description).joined(separator: ", ")
      task.log.warning(
        "\(location) holds \(months.count) of the \(asked.count) months, those that DHIS2 lacked: \(shown)\(months.count > 12 ? ", ..." : ""). Leave only_missing out for all"
      )
    }
  }

  /// What CHAP calls an indicator.
  private func column(_ indicator: ERA5Indicator) -> String {
    indicator == .precipitation ? "rainfall" : indicator.rawValue
  }

  /// Writes a CSV with the columns time_period, location and one for each indicator; empty where there is no value.
  private func write(_ values: ERA5Values, to writer: LocationWriter) async throws {
    struct Row: Hashable {
      let period: ERA5Period
      let unit: String
    }
    var rows: [Row: [ERA5Indicator: String]] = [:]
    for value in values.values {
      rows[Row(period: value.period, unit: value.unit.id), default: [:]][value.indicator] =
        DataValueFormat.text(value.number, decimals: ERA5Destination.decimals)
    }
    do {
      try await writer.write("time_period,location,\(indicators.map(column).joined(separator: ","))\n")
      let sorted = rows.sorted { ($0.key.unit, $0.key.period) < ($1.key.unit, $1.key.period) }
      for (row, numbers) in sorted {
        let cells = indicators.map { numbers[$0] ?? "" }
        try await writer.write("\(row.period.label),\(row.unit),\(cells.joined(separator: ","))\n")
      }
      try await writer.finish()
    } catch {
      await writer.abandon()
      throw error
    }
  }
}
