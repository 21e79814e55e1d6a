extension ImportReceipt {
  /// The receipt of a dry run whose values DHIS2 cannot check, as it lacks what they belong to: compared with what it
  /// holds, but for those that are known to be refused.
  public static func foreseen(
    _ values: [DataValue], held: [DataValue.Key: String],
    refusals: [DataValue.Key: (reason: ImportReason, message: String)]
  ) -> ImportReceipt {
    var receipt = compared(values.filter { refusals[$0.key] == nil }, with: held)
    for value in values {
      if let refusal = refusals[value.key] { receipt.refuse(value, refusal.reason, refusal.message) }
    }
    return receipt
  }
}
