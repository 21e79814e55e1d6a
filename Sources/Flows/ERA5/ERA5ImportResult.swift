import Climate
import Connectors
public import FlowKit

/// What a run did, for programs.
public struct ERA5ImportResult: JSONRepresentable, Sendable {
  let months: [CalendarMonth]
  let orgUnits: Int
  let created: Int
  let updated: Int
  let unchanged: Int
  let refused: Int
  let dryRun: Bool
  /// Values that were taken from the nearest cell with data.
  let fromNearestCell: Int
  /// Pairs of org unit and month, for each indicator, without a value.
  let withoutValue: Int
  let preliminaryMonths: [CalendarMonth]

  init(months: [CalendarMonth], units: Int, values: ERA5Values, receipt: ImportReceipt) {
    self.months = months
    orgUnits = units
    created = receipt.created
    updated = receipt.updated
    unchanged = receipt.unchanged
    refused = receipt.refused
    dryRun = receipt.isDryRun
    fromNearestCell = values.values.count { $0.status == .nearest }
    withoutValue = values.gaps.count
    preliminaryMonths = Set(values.values.filter { $0.version == .preliminary }.map(\.month)).sorted()
  }

  public var json: JSONValue {
    [
      "months": .array(months.map { .string($0.description) }), "org_units": .integer(orgUnits),
      "values": [
        "created": .integer(created), "updated": .integer(updated), "unchanged": .integer(unchanged),
        "refused": .integer(refused), "from_nearest_cell": .integer(fromNearestCell),
      ],
      "without_value": .integer(withoutValue),
      "preliminary_months": .array(preliminaryMonths.map { .string($0.description) }),
      "dry_run": .bool(dryRun),
    ]
  }

  /// A run is completed only if DHIS2 holds a value for everything that has one and was asked for.
  func verdict(_ values: ERA5Values, _ receipt: ImportReceipt) throws {
    if let first = receipt.refusals.first {
      throw Rejection(
        "DHIS2 refused \(receipt.refused) of \(receipt.total) values; the first: \(first.value.key.dataElement) of \(first.value.key.orgUnit) in \(first.value.key.period): \(first.code.map { "\($0): " } ?? "")\(first.reason)",
        remedy: "The artifact climate-import-refused lists them all; the other values were imported.")
    }
    if !values.missingMonths.isEmpty {
      throw Rejection(
        "the Climate Data Store delivered no data for \(values.missingMonths.map(\.description).joined(separator: ", "))",
        remedy: "They may not be published yet; the other months were imported. Run again later.")
    }
    if values.values.isEmpty {
      throw Rejection(
        "none of the \(orgUnits) org units has a value", remedy: "The artifact climate-import-gaps says why.")
    }
  }
}
