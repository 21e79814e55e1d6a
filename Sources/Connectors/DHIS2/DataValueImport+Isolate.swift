import Essentials

extension DataValueImport {
  /// Finds the rows for which a group was refused, and sends the others again.
  ///
  /// The message gives the number of a row, or names units, periods or data elements: rows that have them are set aside.
  /// Where it names none that is there, or what is named need not be wrong in every row, halves are sent: for one bad
  /// row of n that takes about 2 log2(n) requests.
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
    // 2.43 gives up a request at the first row that it cannot read, and says which.
    if conflict.indexes.isEmpty, let number = conflict.number, rows.indices.contains(number) {
      receipt.refuse(rows[number].value, reason, code: conflict.code, conflict.message)
      return try await send(Array(rows[..<number] + rows[(number + 1)...]))
    }
    let suspects = suspects(rows, conflict)
    guard !suspects.isEmpty else { return try await sendHalves(rows) }
    let keys = Set(suspects.map(\.value.key))
    let others = rows.filter { !keys.contains($0.value.key) }
    if reason.isCertain {
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

  /// The rows that a message is about. Where it names an object and, in backticks, a list of others (E8024, E8025,
  /// E8031 to E8033), a row has to have both: the periods in which a unit is closed are open to other units.
  private func suspects(_ rows: [Row], _ conflict: ImportSummary.Conflict) -> [Row] {
    let quoted = conflict.quoted
    let words = conflict.words
    let combo = defaultOptionCombo
    return rows.filter { row in
      let key = row.value.key
      let category = key.categoryOptionCombo ?? combo
      let attribute = key.attributeOptionCombo ?? combo
      switch conflict.reason {
      case .orgUnitOutsideScope, .orgUnitNotAssigned, .orgUnitNotFound: return quoted.contains(key.orgUnit)
      case .orgUnitClosed: return words.contains(key.orgUnit) && quoted.contains(key.period)
      case .dataElementNotInDataSet, .dataElementNotFound: return quoted.contains(key.dataElement)
      case .periodTypeWrong, .periodNotOpen, .periodUnreadable: return quoted.contains(key.period)
      case .categoryOptionComboNotFound: return quoted.contains(category)
      case .categoryOptionComboWrong: return words.contains(key.dataElement) && quoted.contains(category)
      case .attributeOptionComboNotFound, .attributeOptionComboWrong: return quoted.contains(attribute)
      case .attributeOptionComboOrgUnit: return words.contains(attribute) && quoted.contains(key.orgUnit)
      case .attributeOptionComboNotOpen: return words.contains(attribute) && quoted.contains(key.period)
      case .approved:
        return words.contains(key.orgUnit) && words.contains(attribute) && quoted.contains(key.period)
      default:
        return [key.orgUnit, key.period, key.dataElement, category, attribute].contains {
          quoted.contains($0)
        }
      }
    }
  }
}

extension ImportReason {
  /// Whether every row that has what the message names is wrong.
  fileprivate var isCertain: Bool {
    switch self {
    case .orgUnitOutsideScope, .orgUnitNotAssigned, .orgUnitNotFound, .orgUnitClosed,
      .dataElementNotInDataSet,
      .dataElementNotFound, .periodTypeWrong, .periodNotOpen, .periodUnreadable, .categoryOptionComboNotFound,
      .categoryOptionComboWrong, .attributeOptionComboNotFound, .attributeOptionComboWrong,
      .attributeOptionComboOrgUnit, .attributeOptionComboNotOpen, .approved:
      true
    default: false
    }
  }
}
