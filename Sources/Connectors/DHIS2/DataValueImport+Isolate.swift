import Essentials

extension DataValueImport {
  /// Finds the rows for which a group was refused, and sends the others again.
  ///
  /// The message names units, periods or data elements in backticks: rows that have them are set aside. Where it names
  /// none that is there, or what is named need not be wrong in every row, halves are sent: for one bad row of n that
  /// takes about 2 log2(n) requests.
  mutating func isolate(_ rows: [Row], _ conflict: ImportSummary.Conflict) async throws {
    let reason = conflict.reason
    if reason.concernsWholeImport {
      throw DHIS2Failure(
        .configuration,
        "importing \(rows.count) values into data set \(options.dataSet) at \(server.baseURL): refused: \(conflict.code.map { "\($0): " } ?? "")\(conflict.message)",
        remedy: reason.remedy, code: conflict.code)
    }
    guard rows.count > 1 else {
      if let row = rows.first { receipt.refuse(row.value, reason, code: conflict.code, conflict.message) }
      return
    }
    let quoted = conflict.quoted
    let suspects = rows.filter { row in Self.names(row.value.key, reason).contains { quoted.contains($0) } }
    guard !suspects.isEmpty else { return try await sendHalves(rows) }
    let keys = Set(suspects.map(\.value.key))
    let others = rows.filter { !keys.contains($0.value.key) }
    if Self.isCertain(reason) {
      for row in suspects { receipt.refuse(row.value, reason, code: conflict.code, conflict.message) }
    } else if others.isEmpty {
      return try await sendHalves(rows)
    } else {
      try await send(suspects)
    }
    if !others.isEmpty {
      options.log.info(
        "DHIS2 refused \(rows.count) values because of \(suspects.count) of them (\(conflict.code ?? "no code")); the other \(others.count) are sent again"
      )
      try await send(others)
    }
  }

  /// Whether every row that has what the message names is wrong.
  private static func isCertain(_ reason: ImportReason) -> Bool {
    switch reason {
    case .orgUnitOutsideScope, .orgUnitNotAssigned, .orgUnitNotFound, .dataElementNotInDataSet,
      .dataElementNotFound, .periodTypeWrong, .periodNotOpen, .periodUnreadable, .categoryOptionComboNotFound,
      .attributeOptionComboNotFound, .attributeOptionComboWrong:
      true
    default: false
    }
  }

  /// What of a row a message about such a reason names.
  private static func names(_ key: DataValue.Key, _ reason: ImportReason) -> [String] {
    switch reason {
    case .orgUnitOutsideScope, .orgUnitNotAssigned, .orgUnitNotFound, .orgUnitClosed: [key.orgUnit]
    case .dataElementNotInDataSet, .dataElementNotFound: [key.dataElement]
    case .periodTypeWrong, .periodNotOpen, .periodUnreadable: [key.period]
    case .categoryOptionComboNotFound, .categoryOptionComboWrong, .categoryOptionNotWritable:
      [key.categoryOptionCombo].compactMap { $0 }
    case .attributeOptionComboNotFound, .attributeOptionComboWrong:
      [key.attributeOptionCombo].compactMap { $0 }
    default:
      [key.orgUnit, key.period, key.dataElement]
        + [key.categoryOptionCombo, key.attributeOptionCombo].compactMap { $0 }
    }
  }
}
