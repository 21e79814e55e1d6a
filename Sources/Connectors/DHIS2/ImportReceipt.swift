public import JSON

/// What became of the values of an import. Every value is in exactly one of the counts, so they add up to ``total``.
public struct ImportReceipt: Sendable, JSONRepresentable {
  /// A value that was not taken, and why.
  public struct Refusal: Sendable {
    public let value: DataValue
    public let why: ImportReason
    /// DHIS2's code, `E7619`; nil where it gave none, or was not asked.
    public let code: String?
    /// In words.
    public let reason: String

    init(value: DataValue, why: ImportReason, code: String? = nil, reason: String) {
      self.value = value
      self.why = why
      self.code = code
      self.reason = reason
    }
  }

  /// A value that a dry run would change.
  public struct Change: Sendable {
    public let value: DataValue
    /// What DHIS2 holds; nil for nothing.
    public let held: String?
  }

  /// Values that DHIS2 did not have before.
  public internal(set) var created = 0
  /// Values that DHIS2 had with another number.
  public internal(set) var updated = 0
  /// Values that DHIS2 had already, which are not sent; in an import that deletes, those that were not there.
  public internal(set) var unchanged = 0
  /// Values that were taken away, by an import that deletes.
  public internal(set) var deleted = 0
  /// Values that were not taken.
  public internal(set) var refused = 0
  /// Zeros of data elements for which zero means nothing: DHIS2 up to 2.42 keeps none.
  public internal(set) var zeroDropped = 0
  /// The first of the refused values, as many as were asked for; ``refused`` counts all.
  public internal(set) var refusals: [Refusal] = []
  /// The first of the values that a dry run would create or update; empty where values are written.
  public internal(set) var changes: [Change] = []
  /// How many values were refused for each reason.
  public internal(set) var refusedByReason: [ImportReason: Int] = [:]
  /// What is worth knowing and stopped nothing.
  public internal(set) var warnings: [String] = []
  /// Whether nothing was written, only checked.
  public let isDryRun: Bool
  /// How many requests with values were sent, repetitions included.
  public internal(set) var requests = 0
  /// How many requests ended without a word on what became of them, so that the values were read back.
  public internal(set) var unknownOutcomes = 0

  private let mostRefusals: Int
  /// So many changes of a dry run are listed.
  private static let mostChanges = 1_000

  /// A receipt of nothing yet.
  public init(isDryRun: Bool, mostRefusals: Int = 10_000) {
    self.isDryRun = isDryRun
    self.mostRefusals = mostRefusals
  }

  /// The receipt of a dry run whose values DHIS2 could not even check: all would be new.
  public static func unchecked(_ values: [DataValue]) -> ImportReceipt {
    var receipt = ImportReceipt(isDryRun: true)
    receipt.created = values.count
    return receipt
  }

  /// The receipt of a dry run that only compares values with those that DHIS2 holds.
  public static func compared(_ values: [DataValue], with held: [DataValue.Key: String]) -> ImportReceipt {
    var receipt = ImportReceipt(isDryRun: true)
    for value in values {
      switch held[value.key] {
      case nil: receipt.created += 1
      case let text? where value.hasValue(text):
        receipt.unchanged += 1
        continue
      case _?: receipt.updated += 1
      }
      receipt.noteChange(value, held: held[value.key])
    }
    return receipt
  }

  /// Lists what a dry run would change, as far as the list goes.
  mutating func noteChange(_ value: DataValue, held: String?) {
    guard isDryRun, changes.count < Self.mostChanges else { return }
    changes.append(Change(value: value, held: held))
  }

  /// How many values were handed in.
  public var total: Int { created + updated + unchanged + deleted + refused + zeroDropped }

  /// `26 values: 13 created, 0 updated, 13 unchanged, 0 refused`.
  public var inWords: String {
    "\(total) values: \(created) created, \(updated) updated, \(unchanged) unchanged, \(refused) refused"
      + (zeroDropped > 0 ? ", \(zeroDropped) zeros dropped" : "")
      + (deleted > 0 ? ", \(deleted) deleted" : "")
      + (isDryRun ? " (dry run: nothing was written)" : "")
  }

  mutating func refuse(_ value: DataValue, _ why: ImportReason, code: String? = nil, _ reason: String) {
    refused += 1
    refusedByReason[why, default: 0] += 1
    if refusals.count < mostRefusals {
      refusals.append(Refusal(value: value, why: why, code: code, reason: reason))
    }
  }

  /// For programs: the counts, the reasons with their counts, and the first refusals.
  public var json: JSONValue {
    [
      "sent": .integer(total), "created": .integer(created), "updated": .integer(updated),
      "unchanged": .integer(unchanged), "refused": .integer(refused), "zero_dropped": .integer(zeroDropped),
      "deleted": .integer(deleted), "dry_run": .bool(isDryRun), "requests": .integer(requests),
      "unknown_outcomes": .integer(unknownOutcomes),
      "refused_by_reason": .object(
        JSONObject(
          refusedByReason.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { (key: $0.key.rawValue, value: .integer($0.value)) })),
      "refusals": .array(refusals.map(\.json)), "refusals_left_out": .integer(refused - refusals.count),
      "warnings": .array(warnings.map { .string($0) }),
    ]
  }
}

extension ImportReceipt.Refusal: JSONRepresentable {
  /// The row, the reason, the server's code and its words.
  public var json: JSONValue {
    var row: JSONObject = [
      "data_element": .string(value.key.dataElement), "period": .string(value.key.period),
      "org_unit": .string(value.key.orgUnit), "value": .string(value.value), "why": .string(why.rawValue),
    ]
    row["category_option_combo"] = value.key.categoryOptionCombo.map { .string($0) }
    row["attribute_option_combo"] = value.key.attributeOptionCombo.map { .string($0) }
    row["code"] = code.map { .string($0) } ?? .null
    row["reason"] = .string(reason)
    return .object(row)
  }
}
