import Connectors
import FlowKit

/// What a run leaves for people: a summary, and lists of what could not be imported.
struct ERA5Report {
  let result: ERA5ImportResult
  let values: ERA5Values
  let receipt: ImportReceipt

  /// Longer lists are cut, with a row that says so.
  static let longestList = 1000

  func write(to run: FlowRun) throws {
    try run.artifact("climate-import-summary", .markdown(summary))
    if !receipt.refusals.isEmpty {
      try run.artifact(
        "climate-import-refused",
        .table(
          cut(
            receipt.refusals.map { refusal in
              [
                "data_element": .string(refusal.value.key.dataElement),
                "period": .string(refusal.value.key.period),
                "org_unit": .string(refusal.value.key.orgUnit), "value": .string(refusal.value.value),
                "code": refusal.code.map { .string($0) } ?? .null, "reason": .string(refusal.reason),
              ]
            })))
    }
    if !values.gaps.isEmpty {
      run.log.warning(
        "\(values.gaps.count) values are missing; the artifact climate-import-gaps says for which org units and why"
      )
      try run.artifact(
        "climate-import-gaps",
        .table(
          cut(
            values.gaps.map { gap in
              [
                "org_unit": .string(gap.unit.id), "name": .string(gap.unit.name),
                "month": .string(gap.month.description),
                "indicator": .string(gap.indicator.rawValue), "reason": .string(gap.reason),
              ]
            })))
    }
  }

  private func cut(_ rows: [JSONObject]) -> [JSONObject] {
    guard rows.count > Self.longestList else { return rows }
    return rows.prefix(Self.longestList) + [["more": .integer(rows.count - Self.longestList)]]
  }

  private var summary: String {
    let first = result.months.first?.description ?? ""
    let last = result.months.last?.description ?? ""
    var lines = [
      "# ERA5-Land import\(result.dryRun ? " (dry run)" : "")", "", "| | |", "|---|---|",
      "| Months | \(first) to \(last) |", "| Org units | \(result.orgUnits) |",
      "| Created | \(result.created) |", "| Updated | \(result.updated) |",
      "| Unchanged | \(result.unchanged) |",
      "| Refused | \(result.refused) |", "| Without a value | \(result.withoutValue) |",
      "| Taken from the nearest cell with data | \(result.fromNearestCell) |",
    ]
    if !result.preliminaryMonths.isEmpty {
      lines.append(
        "| Preliminary months | \(result.preliminaryMonths.map(\.description).joined(separator: ", ")) |")
    }
    lines += [
      "",
      "Contains modified Copernicus Climate Change Service information: ERA5-Land monthly means, doi:10.24381/cds.68d2bb30.",
    ]
    return lines.joined(separator: "\n")
  }
}
