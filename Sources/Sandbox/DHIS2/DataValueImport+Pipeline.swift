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
    for group in try groups(of: payload) {
      if let conflict = structural(group) ?? untimely(group) ?? duplicates(group) {
        summary.add(conflict)
        continue
      }
      var group = group
      let problems = values(&group)
      if options.isAtomic, let first = problems.first {
        let (all, good) = (group.rows.count, group.rows.count - problems.count)
        summary.add(
          refusal(
            group, "E8000",
            "Atomic mode requires all values to be valid but only \(good)/\(all) were. First issue: \(first.message)",
            ["\(good)", "\(all)", first.message]))
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
    var explicit: String?
    if let text = payload.dataSet {
      guard let id = context.id(of: text, .dataSets, options.schemes.dataSet) else {
        throw refuse(409, "E8005", "Data set not found: `\(text)`")
      }
      guard UID.isValid(id) else { throw refuse(409, "E8004", "Data set UID not valid: `\(id)`") }
      guard context.dataSet(id) != nil else { throw refuse(409, "E8005", "Data set not found: `\(text)`") }
      explicit = id
    }
    var rows: [(index: Int, row: Row, period: Period)] = []
    rows.reserveCapacity(payload.rows.count)
    for (place, given) in payload.rows.enumerated() {
      rows.append(try decoded(given, payload.firstIndex + place, payload))
    }
    let sets = try explicit.map { [$0] } ?? detected(rows.map(\.row))
    guard let id = sets.first, let dataSet = context.dataSet(id) else { return [] }
    guard sets.count == 1 else {
      throw refuse(
        409, "E8002",
        "Data set detection failed, found multiple sets: `[\(sets.sorted().joined(separator: ", "))]`")
    }
    var groups: [Group] = []
    var place: [String: Int] = [:]
    for (index, row, period) in rows {
      let combo = row.attributeOptionCombo ?? MetadataStore.defaultOptionCombo
      if place[combo] == nil {
        place[combo] = groups.count
        groups.append(Group(dataSet: dataSet, attributeOptionCombo: combo))
      }
      groups[place[combo] ?? 0].rows.append((index, row, period))
    }
    return groups
  }

  /// All data sets that the data elements are in.
  private mutating func detected(_ rows: [Row]) throws -> [String] {
    let elements = Set(rows.compactMap(\.dataElement))
    let sets = Set(elements.flatMap { context.dataElement($0)?.dataSets ?? [] })
    guard elements.isEmpty || !sets.isEmpty else {
      throw Refusal(
        reply: WebMessage.reply(
          409,
          "Data set detection failed, found no set for data element(s): `[\(elements.sorted().joined(separator: ", "))]`",
          errorCode: "E8003"))
    }
    return sets.sorted()
  }

  /// A row with UIDs for names, or the refusal of the request.
  private mutating func decoded(_ raw: Row, _ index: Int, _ payload: DataValuePayload) throws -> (
    Int, Row, Period
  ) {
    func refuse(_ code: String, _ message: String) -> Refusal {
      Refusal(reply: WebMessage.reply(400, "Value #\(index) \(message)", errorCode: code))
    }
    func id(
      _ text: String, _ type: MetadataType, _ scheme: IdScheme, _ name: String, missing: String,
      malformed: String
    ) throws -> String {
      guard let id = context.id(of: text, type, scheme) else {
        throw refuse(missing, "\(name) not found: `\(text)`")
      }
      guard UID.isValid(id) else { throw refuse(malformed, "\(name) UID not valid: `\(id)`") }
      return id
    }
    func given(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }
    var row = raw
    let shown =
      "\(row.dataElement ?? "null"), \(row.orgUnit ?? "null"), \(row.period ?? "null"), \(row.value ?? "null")"
    // The header is a default only.
    guard let text = given(row.period) ?? given(payload.period) else {
      throw refuse("E8100", "period not defined in group or value: `\(shown)`")
    }
    guard let period = context.period(text) else {
      throw Refusal(reply: WebMessage.reply(400, "Invalid Period: `\(text)`", errorCode: "E8100"))
    }
    guard let element = row.dataElement else {
      throw refuse("E8102", "data element not defined in group or value: `\(shown)`")
    }
    row.dataElement = try id(
      element, .dataElements, options.schemes.dataElement, "data element", missing: "E8103",
      malformed: "E8104")
    guard let unit = row.orgUnit ?? payload.orgUnit else {
      throw refuse("E8105", "org unit not defined in group or value: `\(shown)`")
    }
    row.orgUnit = try id(
      unit, .organisationUnits, options.schemes.orgUnit, "org unit", missing: "E8107", malformed: "E8106")
    row.categoryOptionCombo = try given(row.categoryOptionCombo).map {
      try id(
        $0, .categoryOptionCombos, options.schemes.categoryOptionCombo, "category option combo",
        missing: "E8108", malformed: "E8109")
    }
    row.attributeOptionCombo = try (given(row.attributeOptionCombo) ?? given(payload.attributeOptionCombo))
      .map {
        try id(
          $0, .categoryOptionCombos, options.schemes.attributeOptionCombo, "attribute option combo",
          missing: "E8110", malformed: "E8111")
      }
    return (index, row, period)
  }

  private func refusal(_ group: Group, _ code: String, _ message: String, _ arguments: [String])
    -> ImportConflict
  {
    ImportConflict(
      code: code, message: message, objects: [("args", arguments.joined(separator: "-"))], property: nil,
      indexes: group.rows.map(\.index))
  }

  /// A list as Java writes it, each once, in the order of their first appearance.
  private func listed(_ texts: [String]) -> String {
    var seen: Set<String> = []
    return "[" + texts.filter { seen.insert($0).inserted }.joined(separator: ", ") + "]"
  }

  /// Access, and what does not belong together: the first error refuses the group as a whole.
  private mutating func structural(_ group: Group) -> ImportConflict? {
    let set = group.dataSet
    func refuse(_ code: String, _ message: String, _ texts: [String]) -> ImportConflict? {
      guard !texts.isEmpty else { return nil }
      return refusal(
        group, code, "Data set \(set.id) not usable with \(message): `\(listed(texts))`",
        [set.id, listed(texts)])
    }
    if let conflict = noAccess(group) { return conflict }
    let rows = group.rows.map(\.row)
    let attribute = group.attributeOptionCombo
    return refuse(
      "E8020", "data element(s)", rows.compactMap(\.dataElement).filter { !set.dataElements.contains($0) })
      ?? refuse("E8022", "org unit(s)", rows.compactMap(\.orgUnit).filter { !set.orgUnits.contains($0) })
      ?? refuse(
        "E8021", "period(s)", group.rows.map(\.period).filter { $0.type != set.periodType }.map(\.iso))
      ?? refuse("E8023", "attribute option combo(s)", set.optionCombos.contains(attribute) ? [] : [attribute])
      ?? wrongCombo(group) ?? closedUnit(group)
  }

  private mutating func noAccess(_ group: Group) -> ImportConflict? {
    guard !context.user.authorities.contains("ALL") else { return nil }
    let id = group.dataSet.id
    if !group.dataSet.canWrite {
      return refusal(group, "E8010", "Current user cannot enter data for data set: `\(id)`", [id])
    }
    var outside: [String] = []
    for unit in group.rows.compactMap(\.row.orgUnit) where context.orgUnit(unit)?.isInScope == false {
      outside.append(unit)
    }
    guard !outside.isEmpty else { return nil }
    return refusal(
      group, "E8011", "Current user cannot enter data for org unit(s): `\(listed(outside))`",
      [listed(outside)])
  }

  /// Combos of another category combo than the data element's, for the first data element that has such.
  private mutating func wrongCombo(_ group: Group) -> ImportConflict? {
    let set = group.dataSet.id
    var wrong: (element: String, combos: [String])?
    for (_, row, _) in group.rows {
      guard let element = row.dataElement, let combo = row.categoryOptionCombo,
        context.dataElement(element)?.optionCombos.contains(combo) == false
      else { continue }
      if wrong == nil { wrong = (element, []) }
      if wrong?.element == element { wrong?.combos.append(combo) }
    }
    guard let wrong else { return nil }
    return refusal(
      group, "E8024",
      "Data set \(set) + data element \(wrong.element) not usable with category option combo(s): `\(listed(wrong.combos))`",
      [set, wrong.element, listed(wrong.combos)])
  }

  /// Periods that begin while an org unit is not open; only the first such unit is named.
  private mutating func closedUnit(_ group: Group) -> ImportConflict? {
    var closed: (unit: String, periods: [String])?
    for (_, row, period) in group.rows {
      guard let id = row.orgUnit, let unit = context.orgUnit(id) else { continue }
      let isOpen =
        unit.opening.map { $0 <= period.start } ?? true && unit.closed.map { $0 >= period.start } ?? true
      guard !isOpen else { continue }
      if closed == nil { closed = (id, []) }
      if closed?.unit == id { closed?.periods.append(period.iso) }
    }
    guard let closed else { return nil }
    return refusal(
      group, "E8031",
      "Untimely data entry for org unit \(closed.unit) and period(s): `\(listed(closed.periods))`",
      [closed.unit, listed(closed.periods)])
  }

  /// Input periods where there are some; else expiry, then the future. Who may edit expired data passes the latter two.
  private mutating func untimely(_ group: Group) -> ImportConflict? {
    let set = group.dataSet
    if options.force, context.user.authorities.contains("ALL") { return nil }
    func refuse(_ periods: [Period]) -> ImportConflict? {
      guard !periods.isEmpty else { return nil }
      let names = listed(periods.map(\.iso))
      return refusal(
        group, "E8030", "Untimely data entry for data set \(set.id) and period(s): `\(names)`",
        [set.id, names])
    }
    let periods = group.rows.map(\.period)
    guard set.inputPeriods.isEmpty else { return refuse(periods.filter { !context.isOpenNow($0, set) }) }
    if context.user.may("F_EDIT_EXPIRED") { return nil }
    let latest = context.latestOpen(set)
    return refuse(periods.filter { context.isExpired($0, set) })
      ?? refuse(periods.filter { $0.start > latest.end })
  }

  /// Only the first key that comes more than once is named.
  private func duplicates(_ group: Group) -> ImportConflict? {
    var places: [[String]: [Int]] = [:]
    for (index, row, period) in group.rows {
      let combo = row.categoryOptionCombo ?? MetadataStore.defaultOptionCombo
      places[[row.dataElement ?? "", row.orgUnit ?? "", combo, period.iso], default: []].append(index)
    }
    guard places.count < group.rows.count,
      let (key, indexes) = places.filter({ $0.value.count > 1 }).min(by: { $0.value[0] < $1.value[0] })
    else { return nil }
    let numbers = "[" + indexes.map { "\($0)" }.joined(separator: ", ") + "]"
    let name = "(\(key[0]), \(key[1]), \(key[2]), \(group.attributeOptionCombo), \(key[3]))"
    return refusal(
      group, "E8128", "Value #\(numbers) all affect the same data value: `\(name)`", [numbers, name])
  }

  /// What refuses values one by one; the others take the form in which they are stored.
  private mutating func values(_ group: inout Group) -> [ImportConflict] {
    if options.strategy == "DELETE" || group.rows.allSatisfy(\.row.isDeleted) { return [] }
    var problems: [ImportConflict] = []
    for place in group.rows.indices {
      let (index, row) = (group.rows[place].index, group.rows[place].row)
      func refuse(_ code: String, _ message: String, _ arguments: String...) {
        problems.append(
          ImportConflict(
            code: code, message: "Value #\(index) \(message)",
            objects: [("args", (["\(index)"] + arguments).joined(separator: "-"))], property: nil,
            indexes: [index]))
      }
      guard let given = row.value, !given.isEmpty else {
        if !row.isDeleted { refuse("E8120", "value is required") }
        continue
      }
      let type = row.dataElement.flatMap { context.dataElement($0)?.valueType } ?? "TEXT"
      let value = ValueRule.normalized(given, type: type, version: context.version)
      if let problem = ValueRule.problem(value, type: type) {
        refuse("E8122", "value `\(value)` is no valid \(type): \(problem)", value, type, problem)
      } else if row.comment.map({ $0.count > 5000 }) ?? false {
        refuse("E8125", "comment too long (max 5000 characters)`", "5000")
      } else {
        group.rows[place].row.value = value
      }
    }
    return problems
  }

  /// Every value written counts as updated, unchanged and deleted ones too, unless the strategy is to delete; deleting
  /// what never was makes a tombstone.
  private mutating func write(_ row: Row, _ period: Period, _ group: Group, _ summary: inout ImportSummary) {
    let key = Key(
      dataElement: values.names.number(row.dataElement ?? ""), period: values.names.number(period.iso),
      orgUnit: values.names.number(row.orgUnit ?? ""),
      categoryOptionCombo: values.names.number(row.categoryOptionCombo ?? MetadataStore.defaultOptionCombo),
      attributeOptionCombo: values.names.number(group.attributeOptionCombo))
    let old = values.values[key]
    if options.strategy == "DELETE" { summary.deleted += 1 } else { summary.updated += 1 }
    values.values[key] = DataValueStore.Stored(
      value: row.value ?? old?.value ?? "", comment: row.comment, followUp: row.followUp,
      isDeleted: options.strategy == "DELETE" || row.isDeleted,
      storedBy: values.names.number(context.user.username), created: old?.created ?? context.now,
      lastUpdated: context.now)
  }
}
