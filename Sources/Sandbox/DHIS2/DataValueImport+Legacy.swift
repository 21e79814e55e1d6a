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
    let header: DataValueContext.DataSet?
    switch self.header(payload) {
    case .failure(let refusal): return refusal.summary
    case .success(let found): header = found
    }
    var summary = ImportSummary()
    for (place, given) in payload.rows.enumerated() {
      let index = payload.firstIndex + place
      var row = given
      // The header wins over the row.
      row.period = payload.period ?? row.period
      row.orgUnit = payload.orgUnit ?? row.orgUnit
      row.attributeOptionCombo = payload.attributeOptionCombo ?? row.attributeOptionCombo
      resolve(&row)
      if let conflict = conflict(row, index, header) {
        summary.add(conflict)
        summary.ignored += 1
      } else {
        write(row, &summary)
      }
    }
    summary.completed = completed(payload, header)
    return summary
  }

  /// What a `completeDate` registers as complete, whatever became of the rows.
  private mutating func completed(_ payload: DataValuePayload, _ header: DataValueContext.DataSet?) -> (
    key: CompletenessKey, date: Date
  )? {
    guard let header, let day = payload.completeDate.flatMap({ CalendarDate(String($0.prefix(10))) }),
      let period = payload.period.flatMap({ context.period($0) }),
      let unit = payload.orgUnit.flatMap({
        context.id(of: $0, .organisationUnits, options.schemes.orgUnit)
      })
    else { return nil }
    let combo = payload.attributeOptionCombo.flatMap {
      $0.isEmpty ? nil : context.id(of: $0, .categoryOptionCombos, options.schemes.attributeOptionCombo)
    }
    let key = CompletenessKey(
      dataSet: header.id, period: period.iso, orgUnit: unit,
      attributeOptionCombo: combo ?? MetadataStore.defaultOptionCombo)
    return (key, Date(timeIntervalSince1970: Double(day.daysSinceEpoch) * 86_400))
  }

  /// A whole that is refused.
  private struct Refused: Error {
    let summary: ImportSummary

    init(_ code: String, _ message: String, _ property: String, _ value: String) {
      var summary = ImportSummary()
      summary.isError = true
      summary.add(
        ImportConflict(
          code: code, message: message, objects: [(property, value)], property: property, indexes: []))
      self.summary = summary
    }
  }

  /// What the payload says about all rows.
  private mutating func header(_ payload: DataValuePayload) -> Result<DataValueContext.DataSet?, Refused> {
    var header: DataValueContext.DataSet?
    if let text = payload.dataSet {
      header = context.id(of: text, .dataSets, options.schemes.dataSet).flatMap { context.dataSet($0) }
      guard let header else {
        return .failure(Refused("E7600", "Data set not found or not accessible: `\(text)`", "dataSet", text))
      }
      guard header.canWrite else {
        return .failure(
          Refused("E7601", "User does not have write access for DataSet: `\(text)`", "dataSet", text))
      }
    }
    if let text = payload.orgUnit {
      guard let id = context.id(of: text, .organisationUnits, options.schemes.orgUnit),
        context.orgUnit(id) != nil
      else {
        return .failure(Refused("E7603", "Org unit not found or not accessible: `\(text)`", "orgUnit", text))
      }
    }
    if let text = payload.attributeOptionCombo, !text.isEmpty {
      let id = context.id(of: text, .categoryOptionCombos, options.schemes.attributeOptionCombo)
      guard let id, context.store[.categoryOptionCombos, id] != nil else {
        return .failure(
          Refused(
            "E7604", "Attribute option combo not found or not accessible: `\(text)`", "attributeOptionCombo",
            text))
      }
    }
    return .success(header)
  }

  /// Names become UIDs; what is not found stays as it is and is refused later.
  private mutating func resolve(_ row: inout Row) {
    guard !options.schemes.areUIDs else { return }
    func id(_ text: String?, _ type: MetadataType, _ scheme: IdScheme) -> String? {
      // A text that is no name of anything must not pass for a UID.
      text.map { text in
        text.isEmpty ? text : context.id(of: text, type, scheme) ?? (scheme == .uid ? text : "?\(text)")
      }
    }
    row.dataElement = id(row.dataElement, .dataElements, options.schemes.dataElement)
    row.orgUnit = id(row.orgUnit, .organisationUnits, options.schemes.orgUnit)
    row.categoryOptionCombo = id(
      row.categoryOptionCombo, .categoryOptionCombos, options.schemes.categoryOptionCombo)
    row.attributeOptionCombo = id(
      row.attributeOptionCombo, .categoryOptionCombos, options.schemes.attributeOptionCombo)
  }

  private func conflict(
    _ code: String, _ message: String, _ property: String, _ index: Int,
    _ objects: (name: String, value: String)...
  ) -> ImportConflict {
    ImportConflict(code: code, message: message, objects: objects, property: property, indexes: [index])
  }

  /// The first thing that is wrong with a row, in the validator's order (DataValueSetImportValidator).
  private mutating func conflict(_ row: Row, _ index: Int, _ header: DataValueContext.DataSet?)
    -> ImportConflict?
  {
    func plain(_ text: String?) -> String {
      text.map { $0.hasPrefix("?") ? String($0.dropFirst()) : $0 } ?? ""
    }
    let (elementID, periodID, unitID) = (plain(row.dataElement), row.period ?? "", plain(row.orgUnit))
    guard let element = context.dataElement(row.dataElement ?? "") else {
      return conflict(
        "E7610", "Data element not found or not accessible: `\(elementID)`", "dataElement", index,
        ("dataElement", elementID))
    }
    guard let period = context.period(periodID) else {
      return conflict("E7611", "Period not valid: `\(periodID)`", "period", index, ("period", periodID))
    }
    guard let unit = context.orgUnit(row.orgUnit ?? "") else {
      return conflict(
        "E7612", "Organisation unit not found or not accessible: `\(unitID)`", "orgUnit", index,
        ("organisationUnit", unitID))
    }
    for (code, id, name, kind) in [
      ("E7613", row.categoryOptionCombo, "categoryOptionCombo", "Category option combo"),
      ("E7615", row.attributeOptionCombo, "attributeOptionCombo", "Attribute option combo"),
    ] {
      guard let id, !id.isEmpty, context.store[.categoryOptionCombos, id] == nil else { continue }
      return conflict(
        code, "\(kind) not found or not accessible for writing data: `\(plain(id))`", name, index,
        (name, plain(id)))
    }
    if !unit.isInScope {
      return conflict(
        "E7617",
        "Organisation unit: `\(unitID)` not in hierarchy of current user: `\(context.user.id)`", "orgUnit",
        index, ("organisationUnit", unitID), ("user", context.user.id))
    }
    return valueConflict(row, index, element) ?? comboConflict(row, index, element, header)
      ?? strictConflict(row, index, header, period, element)
      ?? timeConflict(index, elementID, element, period, header)
  }

  private func valueConflict(_ row: Row, _ index: Int, _ element: DataValueContext.DataElement)
    -> ImportConflict?
  {
    let id = row.dataElement ?? ""
    if options.strategy != "DELETE", !row.isDeleted, row.value ?? "" == "", row.comment ?? "" == "" {
      return conflict(
        "E7618", "Data value or comment not specified for data element: `\(id)`", "value", index,
        ("dataElement", id))
    }
    if let given = row.value, !given.isEmpty {
      let value = ValueRule.normalized(given, type: element.valueType, version: context.version)
      if let problem = ValueRule.problem(value, type: element.valueType) {
        return conflict(
          "E7619",
          "Value must match value type of data element `\(id)`: `\(ValueRule.inWords(problem))`", "value",
          index,
          ("dataElement", id), ("value", problem))
      }
    }
    if (row.comment ?? "").count > 50_000 {
      return conflict(
        "E7620", "Invalid comment: comment_length_greater_than_max_length", "comment", index,
        ("comment", "comment_length_greater_than_max_length"))
    }
    return nil
  }

  /// Combos that are missing where they are required, or of another category combo where that is strict.
  private func comboConflict(
    _ row: Row, _ index: Int, _ element: DataValueContext.DataElement, _ header: DataValueContext.DataSet?
  ) -> ImportConflict? {
    let (id, option) = (row.dataElement ?? "", row.categoryOptionCombo ?? "")
    let attribute = row.attributeOptionCombo ?? ""
    if option.isEmpty, options.strict.contains("requireCategoryOptionCombo") {
      return conflict(
        "E7630", "Category option combo is required but is not specified", "categoryOptionCombo", index)
    }
    if attribute.isEmpty, options.strict.contains("requireAttributeOptionCombo") {
      return conflict(
        "E7631", "Attribute option combo is required but is not specified", "attributeOptionCombo", index)
    }
    let combo = option.isEmpty ? MetadataStore.defaultOptionCombo : option
    if options.strict.contains("strictCategoryOptionCombos"), !element.optionCombos.contains(combo) {
      return conflict(
        "E7634",
        "Category option combo: `\(combo)` must be part of category combo of data element: `\(id)`",
        "categoryOptionCombo", index, ("categoryOptionCombo", combo), ("dataElement", id))
    }
    let other = attribute.isEmpty ? MetadataStore.defaultOptionCombo : attribute
    let sets = header.map { [$0] } ?? element.dataSets.compactMap { context.dataSet($0) }
    if options.strict.contains("strictAttributeOptionCombos"),
      !sets.contains(where: { $0.optionCombos.contains(other) })
    {
      return conflict(
        "E7635",
        "Attribute option combo: `\(other)` must be part of category combo of data sets of data element: `\(id)`",
        "attributeOptionCombo", index, ("attributeOptionCombo", other), ("dataElement", id))
    }
    return nil
  }

  /// The checks that are made only on demand.
  private func strictConflict(
    _ row: Row, _ index: Int, _ header: DataValueContext.DataSet?, _ period: Period,
    _ element: DataValueContext.DataElement
  ) -> ImportConflict? {
    let (id, unit) = (row.dataElement ?? "", row.orgUnit ?? "")
    let own = element.dataSets.compactMap { context.dataSet($0) }
    if options.strict.contains("strictPeriods"), !own.contains(where: { $0.periodType == period.type }) {
      return conflict(
        "E7632", "Period type of period: `\(period.iso)` not valid for data element: `\(id)`", "period",
        index,
        ("period", period.iso), ("dataElement", id))
    }
    let targets = header.map { [$0] } ?? own
    if options.strict.contains("strictDataElements"),
      !targets.contains(where: { $0.dataElements.contains(id) })
    {
      let names = targets.map(\.id).joined(separator: ",")
      return conflict(
        "E7633", "Data element: `\(id)` is not part of dataset(s): `\(names)`", "dataElement", index,
        ("dataElement", id), ("dataSet", names))
    }
    if options.strict.contains("strictOrganisationUnits"),
      !own.contains(where: { $0.orgUnits.contains(unit) })
    {
      return conflict(
        "E7636", "Data element: `\(id)` must be assigned through data sets to organisation unit: `\(unit)`",
        "orgUnit", index, ("organisationUnit", unit), ("dataElement", id))
    }
    return nil
  }

  /// Expiry, future, input periods, by the data set of the payload or else by all that the data element is in.
  private mutating func timeConflict(
    _ index: Int, _ elementID: String, _ element: DataValueContext.DataElement, _ period: Period,
    _ header: DataValueContext.DataSet?
  ) -> ImportConflict? {
    if options.force, context.user.authorities.contains("ALL") { return nil }
    let own = element.dataSets.compactMap { context.dataSet($0) }
    let targets = header.map { [$0] } ?? own
    let isStrict = options.strict.contains("strictDataSetLocking")
    let expired = targets.filter { context.isExpired(period, $0) }
    // One data set that takes the value is enough, unless the caller says otherwise.
    if let set = expired.first, isStrict || expired.count == targets.count {
      return conflict(
        "E7640",
        "Current date is past expiry days for period: `\(period.iso)`  and data set: `\(set.id)`", "period",
        index, ("period", period.iso), ("dataSet", set.id))
    }
    if context.checksFuture {
      for set in targets {
        let latest = context.latestOpen(set)
        guard period.start > latest.end else { continue }
        return conflict(
          "E7641",
          "Period: `\(period.iso)` is after latest open future period: `\(latest.iso)` for data element: `\(elementID)` and data set: `\(set.id)`",
          "period", index, ("period", period.iso), ("dataElement", elementID), ("dataSet", set.id))
      }
    }
    let closed = targets.filter { !context.isOpenNow(period, $0) }
    if let set = closed.first,
      options.strict.contains("strictDataSetInputPeriods") || closed.count == targets.count
    {
      return conflict(
        "E7643", "Period: `\(period.iso)` is not open for this data set at this time: `\(set.id)`", "period",
        index, ("period", period.iso), ("dataSet", set.id))
    }
    // A data set that was changed a moment ago is not in the cache yet that this check asks.
    if let header, context.isUnknownYet(header) {
      return conflict(
        "E7644", "Period: `null` does not conform to the open periods of associated data sets", "period",
        index,
        ("period", "null"))
    }
    if !own.isEmpty, !own.contains(where: { context.isOpenNow(period, $0) }) {
      return conflict(
        "E7644", "Period: `\(period.iso)` does not conform to the open periods of associated data sets",
        "period",
        index, ("period", period.iso))
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
    // Of a zero the value alone counts, not its comment; over one that was deleted before it is stored.
    let isZero = element.dropsZero && ValueRule.isZero(row.value ?? "")
    let vanishes = isZero && (exists || old == nil || options.strategy == "CREATE")
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
    let value = ValueRule.normalized(row.value ?? "", type: element.valueType, version: context.version)
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
