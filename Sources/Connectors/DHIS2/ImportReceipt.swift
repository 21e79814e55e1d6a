/// What became of the values of an import. Every value is in exactly one of the counts.
public struct ImportReceipt: Sendable {
  /// A value that DHIS2 did not take, and why.
  public struct Refusal: Sendable {
    public let value: DataValue
    public let code: String?
    public let reason: String
  }

  /// Values that DHIS2 did not have before.
  public internal(set) var created = 0
  /// Values that DHIS2 had with another number.
  public internal(set) var updated = 0
  /// Values that DHIS2 had already; they are not sent.
  public internal(set) var unchanged = 0
  public internal(set) var refusals: [Refusal] = []
  /// Whether nothing was written, only checked.
  public let isDryRun: Bool

  init(isDryRun: Bool) { self.isDryRun = isDryRun }

  /// The receipt of a dry run whose values DHIS2 could not even check: all would be new.
  public static func unchecked(_ values: [DataValue]) -> ImportReceipt {
    var receipt = ImportReceipt(isDryRun: true)
    receipt.created = values.count
    return receipt
  }

  public var refused: Int { refusals.count }
  public var total: Int { created + updated + unchanged + refused }

  /// `26 values: 13 created, 0 updated, 13 unchanged, 0 refused`.
  public var inWords: String {
    "\(total) values: \(created) created, \(updated) updated, \(unchanged) unchanged, \(refused) refused"
      + (isDryRun ? " (dry run: nothing was written)" : "")
  }
}
