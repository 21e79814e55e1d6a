import Climate
import Connectors
public import FlowKit

/// What a run did, for programs.
public struct ERA5ImportResult: JSONRepresentable, Sendable {
  let plan: ERA5Plan
  let orgUnits: Int
  let receipt: ImportReceipt
  /// Values that were taken from the nearest cell with data.
  let fromNearestCell: Int
  /// Pairs of org unit and period, for each indicator, without a value.
  let withoutValue: Int
  let preliminaryPeriods: [ERA5Period]

  init(plan: ERA5Plan, units: Int, values: ERA5Values, receipt: ImportReceipt) {
    self.plan = plan
    orgUnits = units
    self.receipt = receipt
    fromNearestCell = values.values.count { $0.status == .nearest }
    withoutValue = values.gaps.count
    preliminaryPeriods = values.preliminaryPeriods
  }

  private var preliminaryMonths: [CalendarMonth] { Set(preliminaryPeriods.map(\.month)).sorted() }

  public var json: JSONValue {
    [
      "months": .array(plan.months.map { .string($0.description) }),
      "periods": .integer(plan.periods.count), "period_type": .string(plan.type.rawValue),
      "source": .string(plan.source.rawValue), "time_zone": .string(plan.offset.description),
      "indicators": .array(plan.indicators.map { .string($0.rawValue) }), "org_units": .integer(orgUnits),
      "values": [
        "sent": .integer(receipt.total), "created": .integer(receipt.created),
        "updated": .integer(receipt.updated), "unchanged": .integer(receipt.unchanged),
        "refused": .integer(receipt.refused), "zero_dropped": .integer(receipt.zeroDropped),
        "from_nearest_cell": .integer(fromNearestCell),
      ],
      "without_value": .integer(withoutValue),
      "preliminary_months": .array(preliminaryMonths.map { .string($0.description) }),
      "dry_run": .bool(receipt.isDryRun),
    ]
  }

  /// A run is completed only if DHIS2 holds a value for everything that has one and was asked for.
  func verdict(_ values: ERA5Values, _ receipt: ImportReceipt) throws {
    if receipt.refused > 0 {
      let first = receipt.refusals.first.map {
        "; the first: \($0.value.key.dataElement) of \($0.value.key.orgUnit) in \($0.value.key.period): \($0.code.map { "\($0): " } ?? "")\($0.reason)"
      }
      let others =
        receipt.isDryRun
        ? "nothing was written"
        : receipt.refused == receipt.total ? "no value was imported" : "the other values were imported"
      let remedy = receipt.refusals.first?.why.remedy.map { "\($0) " } ?? ""
      throw Rejection(
        "\(receipt.refused) of \(receipt.total) values were refused\(first ?? "")",
        remedy: "\(remedy)The artifact climate-import-refused lists them; \(others).")
    }
    if receipt.zeroDropped > 0 {
      throw Rejection(
        "DHIS2 dropped \(receipt.zeroDropped) zeros of data elements for which zero means nothing",
        remedy: "Set \"store zero data values\" of the data elements in DHIS2, and run again.")
    }
    if let missing = values.missingInWords(of: plan) {
      throw Rejection(
        "the Climate Data Store delivered no data for \(missing)",
        remedy:
          "They may not be published yet; everything else was imported. Run again later. The artifact climate-import-missing lists them."
      )
    }
    if values.values.isEmpty, !plan.periods.isEmpty {
      throw Rejection(
        "none of the \(orgUnits) org units has a value", remedy: "The artifact climate-import-gaps says why.")
    }
  }
}
