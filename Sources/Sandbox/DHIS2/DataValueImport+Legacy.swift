internal import Essentials
internal import FoundationEssentials

/// The engine up to 2.42 (DefaultDataValueSetService, DataValueSetImportValidator): row by row.
struct LegacyImport {
  var context: DataValueContext
  let options: ImportOptions
  var values: DataValueStore

  private typealias Row = DataValuePayload.Row
  private typealias Key = DataValueStore.Key

  mutating func run(_ payload: DataValuePayload) -> ImportSummary {
    var summary = ImportSummary()
    let header = payload.dataSet.flatMap { context.dataSet($0) }
    if let id = payload.dataSet {
      if header == nil { return refusal("E7600", "Data set not found or not accessible: `\(id)`", id) }
      if header?.canWrite == false {
        return refusal("E7601", "User does not have write access for DataSet: `\(id)`", id)
      }
    }
    for (index, given) in payload.rows.enumerated() {
      var row = given
      // The header wins over the row.
      row.period = payload.period ?? row.period
      row.orgUnit = payload.orgUnit ?? row.orgUnit
      row.attributeOptionCombo = payload.attributeOptionCombo ?? row.attributeOptionCombo
      if let conflict = conflict(row, index, header) {
        summary.add(conflict)
        summary.ignored += 1
      } else {
        write(row, &summary)
      }
    }
    return summary
  }

  private func refusal(_ code: String, _ message: String, _ dataSet: String) -> ImportSummary {
    var summary = ImportSummary()
    summary.isError = true
    summary.add(
      ImportConflict(
        code: code, message: message, objects: [("dataSet", dataSet)], property: "dataSet", indexes: []))
    return summary
  }

  /// The first thing that is wrong with a row, in the validator's order.
  private mutating func conflict(_ row: Row, _ index: Int, _ header: DataValueContext.DataSet?)
    -> ImportConflict?
  {
    func conflict(
      _ code: String, _ message: String, _ property: String, _ objects: (name: String, value: String)...
    ) -> ImportConflict {
      ImportConflict(code: code, message: message, objects: objects, property: property, indexes: [index])
    }
    let (elementID, periodID, unitID) = (row.dataElement ?? "", row.period ?? "", row.orgUnit ?? "")
    guard let element = context.dataElement(elementID) else {
      return conflict(
        "E7610", "Data element not found or not accessible: `\(elementID)`", "dataElement",
        ("dataElement", elementID))
    }
    guard let period = context.period(periodID) else {
      return conflict("E7611", "Period not valid: `\(periodID)`", "period", ("period", periodID))
    }
    guard let unit = context.orgUnit(unitID) else {
      return conflict(
        "E7612", "Organisation unit not found or not accessible: `\(unitID)`", "orgUnit",
        ("organisationUnit", unitID))
    }
    for (code, id, name, kind) in [
      ("E7613", row.categoryOptionCombo, "categoryOptionCombo", "Category option combo"),
      ("E7615", row.attributeOptionCombo, "attributeOptionCombo", "Attribute option combo"),
    ] {
      guard let id, !id.isEmpty, context.store[.categoryOptionCombos, id] == nil else { continue }
      return conflict(code, "\(kind) not found or not accessible for writing data: `\(id)`", name, (name, id))
    }
    if !unit.isInScope {
      return conflict(
        "E7617",
        "Organisation unit: `\(unitID)` is not in the data capture hierarchy of the current user: `\(context.user.username)`",
        "orgUnit", ("organisationUnit", unitID))
    }
    if options.strategy != "DELETE", !row.isDeleted, row.value ?? "" == "" {
      return conflict(
        "E7618",
        "Data value is not specified for data element: `\(elementID)`, period: `\(periodID)`, org unit: `\(unitID)`",
        "value", ("dataElement", elementID))
    }
    if let value = row.value, !value.isEmpty,
      let problem = ValueRule.problem(value, type: element.valueType, version: context.version)
    {
      return conflict(
        "E7619",
        "Value must match value type of data element `\(elementID)`: `\(ValueRule.inWords(problem))`",
        "value",
        ("dataElement", elementID), ("value", problem))
    }
    if (row.comment ?? "").count > 50_000 {
      return conflict(
        "E7620", "Comment is too long for data element: `\(elementID)`", "comment", ("dataElement", elementID)
      )
    }
    return strictConflict(row, index, header, period)
      ?? timeConflict(index, elementID, element, period, header)
  }

  /// The checks that are made only on demand.
  private func strictConflict(
    _ row: Row, _ index: Int, _ header: DataValueContext.DataSet?, _ period: Period
  ) -> ImportConflict? {
    func conflict(_ code: String, _ message: String, _ property: String, _ name: String, _ value: String)
      -> ImportConflict
    {
      ImportConflict(
        code: code, message: message, objects: [(name, value), ("dataSet", header?.id ?? "")],
        property: property,
        indexes: [index])
    }
    guard let header else { return nil }
    let (element, unit) = (row.dataElement ?? "", row.orgUnit ?? "")
    if options.strict.contains("strictPeriods"), period.type != header.periodType {
      return conflict(
        "E7632", "Period type of period: `\(period.iso)` not valid for data element: `\(element)`", "period",
        "period",
        period.iso)
    }
    if options.strict.contains("strictDataElements"), !header.dataElements.contains(element) {
      return conflict(
        "E7633", "Data element: `\(element)` is not part of data set: `\(header.id)`", "dataElement",
        "dataElement",
        element)
    }
    if options.strict.contains("strictOrganisationUnits"), !header.orgUnits.contains(unit) {
      return conflict(
        "E7636",
        "Data element: `\(element)` must be assigned through data sets to organisation unit: `\(unit)`",
        "orgUnit",
        "organisationUnit", unit)
    }
    return nil
  }

  /// Expiry, future, input periods.
  private mutating func timeConflict(
    _ index: Int, _ elementID: String, _ element: DataValueContext.DataElement, _ period: Period,
    _ header: DataValueContext.DataSet?
  ) -> ImportConflict? {
    if options.force, context.user.authorities.contains("ALL") { return nil }
    let sets = header.map { [$0] } ?? element.dataSets.compactMap { context.dataSet($0) }
    guard let set = header ?? sets.max(by: { $0.openFuturePeriods < $1.openFuturePeriods }) else {
      return nil
    }
    if context.isExpired(period, set) {
      return ImportConflict(
        code: "E7640",
        message: "Current date is past expiry days for period: `\(period.iso)` and data set: `\(set.id)`",
        objects: [("period", period.iso), ("dataSet", set.id)], property: "period", indexes: [index])
    }
    let latest = context.latestOpen(set)
    if period.start > latest.end {
      return ImportConflict(
        code: "E7641",
        message:
          "Period: `\(period.iso)` is after latest open future period: `\(latest.iso)` for data element: `\(elementID)` and data set: `\(set.id)`",
        objects: [("period", period.iso), ("dataElement", elementID), ("dataSet", set.id)],
        property: "period",
        indexes: [index])
    }
    if !set.inputPeriods.isEmpty, !set.inputPeriods.contains(period.iso) {
      return ImportConflict(
        code: "E7643",
        message: "Period: `\(period.iso)` is not open for this data set at this time: `\(set.id)`",
        objects: [("period", period.iso), ("dataSet", set.id)], property: "period", indexes: [index])
    }
    return nil
  }

  /// Counts as DHIS2 does: unchanged and zero-dropped rows are ignored, a zero over a value deletes it.
  private mutating func write(_ row: Row, _ summary: inout ImportSummary) {
    guard let elementID = row.dataElement, let unitID = row.orgUnit,
      let period = context.period(row.period ?? ""),
      let element = context.dataElement(elementID)
    else { return }
    func combo(_ given: String?) -> String {
      given.flatMap { $0.isEmpty ? nil : $0 } ?? MetadataStore.defaultOptionCombo
    }
    let key = Key(
      dataElement: values.names.number(elementID), period: values.names.number(period.iso),
      orgUnit: values.names.number(unitID),
      categoryOptionCombo: values.names.number(combo(row.categoryOptionCombo)),
      attributeOptionCombo: values.names.number(combo(row.attributeOptionCombo)))
    let old = values.values[key]
    let exists = old.map { !$0.isDeleted } ?? false
    let deletes = options.strategy == "DELETE" || row.isDeleted
    let vanishes = element.dropsZero && ValueRule.isZero(row.value ?? "") && (row.comment ?? "").isEmpty
    if deletes || vanishes {
      guard exists, deletes || options.strategy != "CREATE" else {
        summary.ignored += 1
        return
      }
      summary.deleted += 1
      values.values[key]?.isDeleted = true
      values.values[key]?.lastUpdated = context.now
      return
    }
    let value = row.value ?? ""
    if exists {
      let isSame = old?.value == value && old?.comment == row.comment && old?.followUp == row.followUp
      guard options.strategy != "CREATE", !isSame else {
        summary.ignored += 1
        return
      }
      summary.updated += 1
    } else {
      guard options.strategy != "UPDATE" else {
        summary.ignored += 1
        return
      }
      summary.imported += 1
    }
    values.values[key] = DataValueStore.Stored(
      value: value, comment: row.comment, followUp: row.followUp,
      storedBy: values.names.number(context.user.username),
      created: exists ? old?.created ?? context.now : context.now, lastUpdated: context.now)
  }
}
