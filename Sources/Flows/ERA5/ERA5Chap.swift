import Connectors
import FlowKit

/// The values as CHAP, DHIS2's modelling platform, reads them: a row for each period and org unit, a column for each
/// indicator.
enum ERA5Chap {
  /// What CHAP calls an indicator.
  private static func column(_ indicator: ERA5Indicator) -> String {
    indicator == .precipitation ? "rainfall" : indicator.rawValue
  }

  /// Writes a CSV with the columns time_period, location and one for each indicator; empty where there is no value.
  static func write(_ values: ERA5Values, _ indicators: [ERA5Indicator], to writer: LocationWriter)
    async throws
  {
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
