import Climate
import Connectors
import FlowKit
import Foundation

/// What a run leaves for people: a summary, lists of what could not be imported, where the numbers come from, a map.
struct ERA5Report {
  let result: ERA5ImportResult
  let plan: ERA5Plan
  let mapping: ERA5Mapping
  let zones: ERA5Zones
  let values: ERA5Values
  let delivery: ERA5Delivery
  let files: [ERA5File]
  /// Where the values went, in words.
  let server: String

  private var receipt: ImportReceipt { delivery.receipt }

  /// Longer lists are cut, with a row that says so.
  static let longestList = 1000
  /// A larger map is not kept as an artifact, in bytes.
  static let largestMap = 2 << 20

  func write(to run: FlowRun) throws {
    try run.artifact("climate-import-summary", .markdown(summary))
    try run.artifact("climate-import-receipt", .table([counts]))
    try run.artifact("climate-import-provenance", .markdown(provenance))
    if receipt.refused > 0 {
      try run.artifact("climate-import-refused", .table(cut(receipt.refusals.map(row), of: receipt.refused)))
    }
    if receipt.isDryRun, !receipt.changes.isEmpty {
      try run.artifact(
        "climate-import-diff", .table(cut(receipt.changes.map(row), of: receipt.created + receipt.updated)))
    }
    if !values.gaps.isEmpty {
      run.log.warning(
        "\(values.gaps.count) values are missing; the artifact climate-import-gaps says for which org units and why"
      )
      let rows = ERA5GapTable.rows(values.gaps, indicators: plan.indicators)
      try run.artifact("climate-import-gaps", .table(cut(rows, of: rows.count)))
    }
    if !values.missing.isEmpty {
      let rows = ERA5GapTable.rows(missing: values.missing, indicators: plan.indicators)
      try run.artifact("climate-import-missing", .table(cut(rows, of: rows.count)))
    }
    if let map { try run.artifact("climate-import-map", .image(map)) }
  }

  /// The counts of the summary for programs: a run that failed has no result.
  private var counts: JSONObject {
    [
      "sent": .integer(receipt.total), "created": .integer(receipt.created),
      "updated": .integer(receipt.updated), "unchanged": .integer(receipt.unchanged),
      "refused": .integer(receipt.refused), "zero_dropped": .integer(receipt.zeroDropped),
      "not_known": .integer(max(0, delivery.rows - receipt.total)),
      "without_value": .integer(result.withoutValue),
      "dry_run": .bool(receipt.isDryRun), "whole": .bool(delivery.failure == nil),
    ]
  }

  private func row(_ refusal: ImportReceipt.Refusal) -> JSONObject {
    let name = zones.units.first { $0.id == refusal.value.key.orgUnit }?.name
    return [
      "data_element": .string(refusal.value.key.dataElement), "period": .string(refusal.value.key.period),
      "org_unit": .string(refusal.value.key.orgUnit), "name": name.map { .string($0) } ?? .null,
      "value": .string(refusal.value.value), "why": .string(refusal.why.rawValue),
      "code": refusal.code.map { .string($0) } ?? .null, "reason": .string(refusal.reason),
      "remedy": refusal.why.remedy.map { .string($0) } ?? .null,
    ]
  }

  private func row(_ change: ImportReceipt.Change) -> JSONObject {
    let key = change.value.key
    return [
      "data_element": .string(key.dataElement), "period": .string(key.period),
      "org_unit": .string(key.orgUnit),
      "name": zones.units.first { $0.id == key.orgUnit }.map { .string($0.name) } ?? .null,
      "held": change.held.map { .string($0) } ?? .null, "new": .string(change.value.value),
    ]
  }

  private func cut(_ rows: [JSONObject], of count: Int) -> [JSONObject] {
    let shown = rows.prefix(Self.longestList)
    return count > shown.count ? shown + [["more": .integer(count - shown.count)]] : Array(shown)
  }

  private var summary: String {
    let first = plan.months.first?.description ?? ""
    let last = plan.months.last?.description ?? ""
    var lines = [
      "# ERA5-Land import\(receipt.isDryRun ? " (dry run)" : delivery.failure == nil ? "" : " (ended by a failure)")",
      "", "| | |", "|---|---|",
      "| Months | \(first) to \(last), \(plan.periods.count) \(plan.type.rawValue) periods |",
      "| Indicators | \(plan.indicators.map(\.title).joined(separator: ", ")) |",
      "| Org units | \(result.orgUnits) |",
      "| \(receipt.isDryRun ? "Compared" : "Sent") | \(receipt.total) |",
      "| \(receipt.isDryRun ? "Would be created" : "Created") | \(receipt.created) |",
      "| \(receipt.isDryRun ? "Would be updated" : "Updated") | \(receipt.updated) |",
      "| Unchanged | \(receipt.unchanged) |", "| Refused | \(receipt.refused) |",
      "| Zeros dropped | \(receipt.zeroDropped) |", "| Without a value | \(result.withoutValue) |",
      "| Taken from the nearest cell with data | \(result.fromNearestCell) |",
    ]
    if delivery.rows > receipt.total {
      lines.append("| Not sent, or not known whether they arrived | \(delivery.rows - receipt.total) |")
    }
    if let failure = delivery.failure {
      let text = "\(failure)".replacing("|", with: "\\|").replacing("\n", with: " ")
      lines.append("| Ended by | \(text) |")
    }
    if !result.preliminaryPeriods.isEmpty {
      let shown = result.preliminaryPeriods.prefix(24).map(\.label).joined(separator: ", ")
      let more = result.preliminaryPeriods.count - 24
      lines.append(
        "| Preliminary (imported again when final) | \(shown)\(more > 0 ? " and \(more) more" : "") |")
    }
    lines += [
      "",
      "Contains modified Copernicus Climate Change Service information. \(sources.map(\.citation).joined(separator: ". ")).",
    ]
    return lines.joined(separator: "\n")
  }

  /// The products that the files are of: hourly data replaces months whose means are wrong.
  private var sources: [ERA5Source] {
    let used = Set(files.map(\.file.request.dataset))
    let all = ERA5Source.allCases.filter { used.contains($0.dataset) }
    return all.isEmpty ? [plan.source] : all
  }

  private var provenance: String {
    var lines = [
      "# Where these numbers come from", "", "| | |", "|---|---|",
      "| Data set | \(sources.map(\.dataset).joined(separator: ", ")) |", "| Days in | \(plan.offset) |",
      "| Org units | \(zones.units.count), borders \(zones.borderHash) |",
      "| DHIS2 data set | \(mapping.dataSet), \(server) |", "| Program | Sluice \(SluiceVersion.text) |", "",
      "## Method", "",
      "Each grid cell counts with the exact share of it that lies inside the org unit (planar in longitude and latitude), times its area on the sphere; cells without data are left out. An org unit without a cell with data takes the nearest one within 0.3 degrees.",
      "",
    ]
    lines += values.notes.map { "- \($0)" }
    lines += ["", "## Files", "", "| Job | Bytes | SHA-256 | Request |", "|---|---|---|---|"]
    lines += files.prefix(Self.longestList).map { file in
      "| \(file.file.job) | \(file.file.byteCount) | \(file.file.sha256) | \(file.file.request.dataset): \(file.file.request.inWords) |"
    }
    lines += [
      "", "## Citation and licence", "",
      "\(sources.map(\.citation).joined(separator: ". ")). Contains modified Copernicus Climate Change Service information; licence: CC-BY 4.0, as accepted at the Climate Data Store.",
    ]
    return lines.joined(separator: "\n")
  }

  /// The last period of the first indicator, as a picture in a data URL; nil where there is nothing to show.
  private var map: String? {
    guard let indicator = plan.indicators.first,
      let period = values.values.filter({ $0.indicator == indicator }).map(\.period).max()
    else { return nil }
    let numbers = values.values.reduce(into: [String: Double]()) { numbers, value in
      if value.indicator == indicator, value.period == period { numbers[value.unit.id] = value.number }
    }
    let svg = ZonalMap.svg(
      zones.zones, values: zones.units.map { numbers[$0.id] },
      title:
        "\(indicator.title.prefix(1).uppercased())\(indicator.title.dropFirst()), \(indicator.unit), \(period.label)"
    )
    guard svg.utf8.count <= Self.largestMap else { return nil }
    return "data:image/svg+xml;base64,\(Data(svg.utf8).base64EncodedString())"
  }
}
