internal import Essentials
internal import FoundationEssentials

/// The engine from 2.43 on (DataEntryPipeline, DefaultDataEntryService): by groups of one data set and one attribute
/// option combo, which structural errors refuse as a whole.
struct PipelineImport {
  var context: DataValueContext
  let options: ImportOptions
  var values: DataValueStore

  private typealias Row = DataValuePayload.Row
  private typealias Key = DataValueStore.Key

  /// Rows of one data set and one attribute option combo.
  private struct Group {
    let dataSet: DataValueContext.DataSet
    let attributeOptionCombo: String
    var rows: [(index: Int, row: Row, period: Period)] = []
  }

  mutating func run(_ payload: DataValuePayload) throws -> ImportSummary {
    var summary = ImportSummary()
    var saved = 0
    let groups = try groups(of: payload)
    for group in groups {
      if let conflict = structural(group) {
        summary.add(conflict)
        continue
      }
      let problems = group.rows.compactMap { problem($0.row, $0.index) }
      if options.isAtomic, !problems.isEmpty {
        for conflict in problems { summary.add(conflict) }
        summary.add(
          refusal(
            group, "E8000", "Atomic data entry aborted because of \(problems.count) error(s)",
            ["\(problems.count)"]))
        continue
      }
      let refused = Set(problems.flatMap(\.indexes))
      for conflict in problems { summary.add(conflict) }
      summary.ignored += refused.count
      for (index, row, period) in group.rows where !refused.contains(index) {
        write(row, period, group, &summary)
        saved += 1
      }
    }
    summary.isError = saved == 0 && !summary.conflicts.isEmpty
    return summary
  }

  /// Finds the data sets, and refuses the whole request where that fails or a row cannot be read.
  private mutating func groups(of payload: DataValuePayload) throws -> [Group] {
    func refuse(_ status: Int, _ code: String, _ message: String) -> Refusal {
      Refusal(reply: WebMessage.reply(status, message, errorCode: code))
    }
    let explicit = payload.dataSet
    if let explicit, context.dataSet(explicit) == nil {
      throw refuse(409, "E8004", "Data set does not exist: `\(explicit)`")
    }
    var groups: [Group] = []
    var place: [String: Int] = [:]
    for (index, given) in payload.rows.enumerated() {
      var row = given
      // The header is a default only.
      row.period = row.period ?? payload.period
      row.orgUnit = row.orgUnit ?? payload.orgUnit
      guard let element = row.dataElement else {
        throw refuse(400, "E8100", "Value #\(index) has no data element")
      }
      guard row.orgUnit != nil else { throw refuse(400, "E8101", "Value #\(index) has no org unit") }
      guard let text = row.period, let period = context.period(text) else {
        throw refuse(400, "E8102", "Value #\(index) period `\(row.period ?? "null")` is no valid period")
      }
      let sets = explicit.map { [$0] } ?? context.dataElement(element)?.dataSets ?? []
      guard sets.count < 2 else {
        throw refuse(
          409, "E8002", "Data set detection failed, found multiple sets: `[\(sets.joined(separator: ", "))]`")
      }
      guard let id = sets.first, let dataSet = context.dataSet(id) else {
        throw refuse(409, "E8003", "Data set detection failed, found no set for data element: `\(element)`")
      }
      let combo = row.attributeOptionCombo ?? payload.attributeOptionCombo ?? MetadataStore.defaultOptionCombo
      let name = "\(id) \(combo)"
      if place[name] == nil {
        place[name] = groups.count
        groups.append(Group(dataSet: dataSet, attributeOptionCombo: combo))
      }
      groups[place[name] ?? 0].rows.append((index, row, period))
    }
    return groups
  }

  private func refusal(_ group: Group, _ code: String, _ message: String, _ arguments: [String])
    -> ImportConflict
  {
    ImportConflict(
      code: code, message: message, objects: [("args", arguments.joined(separator: "-"))], property: nil,
      indexes: group.rows.map(\.index))
  }

  /// The first error that refuses the group as a whole.
  private mutating func structural(_ group: Group) -> ImportConflict? {
    let set = group.dataSet
    let isSuperuser = context.user.authorities.contains("ALL")
    func listed(_ texts: some Sequence<String>) -> String {
      "[" + Set(texts).sorted().joined(separator: ", ") + "]"
    }
    func refuse(_ code: String, _ message: String, _ texts: [String]) -> ImportConflict? {
      guard !texts.isEmpty else { return nil }
      return refusal(group, code, "\(message): `\(listed(texts))`", [set.id, listed(texts)])
    }
    if !set.canWrite {
      return refusal(group, "E8010", "User has no data write access for data set: `\(set.id)`", [set.id])
    }
    var (outside, notInSet, wrongType, notAssigned, combos) = (
      [String](), [String](), [String](), [String](), [String]()
    )
    var (notOpen, closed) = ([String](), [String]())
    let latest = context.latestOpen(set)
    for (_, row, period) in group.rows {
      let (element, unit) = (row.dataElement ?? "", row.orgUnit ?? "")
      let known = context.orgUnit(unit)
      if let known, !known.isInScope, !isSuperuser { outside.append(unit) }
      if !set.dataElements.contains(element) { notInSet.append(element) }
      if period.type != set.periodType { wrongType.append(period.iso) }
      if !set.orgUnits.contains(unit) { notAssigned.append(unit) }
      if let combo = row.categoryOptionCombo,
        context.dataElement(element)?.optionCombos.contains(combo) == false
      {
        combos.append(combo)
      }
      let isOpen =
        period.start <= latest.end && !context.isExpired(period, set)
        && (set.inputPeriods.isEmpty || set.inputPeriods.contains(period.iso))
      if !isOpen, !isSuperuser { notOpen.append(period.iso) }
      if let opening = known?.opening, period.end < opening { closed.append(unit) }
      if let last = known?.closed, period.start > last { closed.append(unit) }
    }
    let attribute =
      context.store[.categoryOptionCombos, group.attributeOptionCombo] == nil
      ? [group.attributeOptionCombo] : []
    return refuse("E8011", "Data set \(set.id) org unit(s) not in the user's hierarchy", outside)
      ?? refuse("E8020", "Data set \(set.id) does not contain data element(s)", notInSet)
      ?? refuse("E8021", "Data set \(set.id) not usable with period type of period(s)", wrongType)
      ?? refuse("E8022", "Data set \(set.id) not usable with org unit(s)", notAssigned)
      ?? refuse("E8023", "Data set \(set.id) not usable with attribute option combo(s)", attribute)
      ?? refuse("E8024", "Data set \(set.id) not usable with category option combo(s)", combos)
      ?? refuse("E8030", "Data set \(set.id) not open for period(s)", notOpen)
      ?? refuse("E8031", "Data set \(set.id) org unit(s) closed in period(s)", closed)
      ?? duplicates(group)
  }

  private func duplicates(_ group: Group) -> ImportConflict? {
    var seen: [[String]: Int] = [:]
    for (index, row, period) in group.rows {
      let key = [row.dataElement ?? "", period.iso, row.orgUnit ?? "", row.categoryOptionCombo ?? ""]
      if let first = seen.updateValue(index, forKey: key) {
        return refusal(
          group, "E8128", "Value #\(index) has the same key as value #\(first)", ["\(index)", "\(first)"])
      }
    }
    return nil
  }

  /// What refuses one value alone.
  private mutating func problem(_ row: Row, _ index: Int) -> ImportConflict? {
    func conflict(_ code: String, _ message: String, _ arguments: String...) -> ImportConflict {
      ImportConflict(
        code: code, message: message, objects: [("args", (["\(index)"] + arguments).joined(separator: "-"))],
        property: nil, indexes: [index])
    }
    if options.strategy == "DELETE" || row.isDeleted { return nil }
    guard let value = row.value, !value.isEmpty else {
      return conflict("E8120", "Value #\(index) has no value")
    }
    let type = row.dataElement.flatMap { context.dataElement($0)?.valueType } ?? "TEXT"
    if let problem = ValueRule.problem(value, type: type, version: context.version) {
      return conflict(
        "E8122", "Value #\(index) value `\(value)` is no valid \(type): \(problem)", value, type, problem)
    }
    if let comment = row.comment, comment.count > 5000 {
      return conflict("E8124", "Value #\(index) comment is longer than 5000 characters", "\(comment.count)")
    }
    return nil
  }

  /// Every value written counts as updated, unchanged ones too; deleting what never was makes a tombstone.
  private mutating func write(_ row: Row, _ period: Period, _ group: Group, _ summary: inout ImportSummary) {
    let key = Key(
      dataElement: values.names.number(row.dataElement ?? ""), period: values.names.number(period.iso),
      orgUnit: values.names.number(row.orgUnit ?? ""),
      categoryOptionCombo: values.names.number(row.categoryOptionCombo ?? MetadataStore.defaultOptionCombo),
      attributeOptionCombo: values.names.number(group.attributeOptionCombo))
    let old = values.values[key]
    let deletes = options.strategy == "DELETE" || row.isDeleted
    if deletes { summary.deleted += 1 } else { summary.updated += 1 }
    values.values[key] = DataValueStore.Stored(
      value: row.value ?? old?.value ?? "", comment: row.comment, followUp: row.followUp, isDeleted: deletes,
      storedBy: values.names.number(context.user.username), created: old?.created ?? context.now,
      lastUpdated: context.now)
  }
}
