internal import Essentials
internal import FoundationEssentials
internal import JSON

/// `GET /api/dataValueSets`: which values, and how each release writes them.
struct DataValueQuery {
  let call: Call
  let store: MetadataStore
  let user: DHIS2User
  let version: DHIS2Version
  let calendar: LocalCalendar?
  let now: Date

  private func period(_ text: String) -> Period? { Period(text, version: version, calendar: calendar) }

  private func refuse(_ code: String, _ message: String) -> Refusal {
    Refusal(reply: WebMessage.reply(409, message, errorCode: code))
  }

  func reply(_ values: DataValueStore) throws -> Reply {
    let sets = call.parameters("dataSet")
    let chosen = try check(sets)
    let wantedElements = try elements(
      sets, call.parameters("dataElement"), call.parameters("dataElementGroup"))
    let periods = call.parameters("period")
    let start = call.parameter("startDate").flatMap { CalendarDate(String($0.prefix(10))) }
    let end = call.parameter("endDate").flatMap { CalendarDate(String($0.prefix(10))) }
    // By number: a million keys are compared with them.
    func numbers(_ texts: some Sequence<String>) -> Set<Int32> { Set(texts.compactMap(values.names.known)) }
    let elementNumbers = numbers(wantedElements)
    let unitNumbers = numbers(try units(call.parameters("orgUnit"), call.parameters("orgUnitGroup")))
    let periodNumbers = numbers(periods.map { period($0)?.iso ?? $0 })
    let comboNumbers = numbers(call.parameters("attributeOptionCombo"))
    var inSpan: [Int32: Bool] = [:]
    func isInSpan(_ number: Int32) -> Bool {
      guard let start, let end else { return true }
      if let known = inSpan[number] { return known }
      let parsed = period(values.names.texts[Int(number)])
      let result = parsed.map { $0.start >= start && $0.end <= end } ?? false
      inSpan[number] = result
      return result
    }
    let withDeleted = call.flag("includeDeleted")
    var rows: [(DataValueStore.Key, DataValueStore.Stored)] = []
    for (key, stored) in values.values {
      guard !stored.isDeleted || withDeleted, elementNumbers.contains(key.dataElement),
        unitNumbers.contains(key.orgUnit), periods.isEmpty || periodNumbers.contains(key.period),
        comboNumbers.isEmpty || comboNumbers.contains(key.attributeOptionCombo), isInSpan(key.period)
      else { continue }
      if let since = chosen.since, stored.lastUpdated < since { continue }
      rows.append((key, stored))
    }
    let ordered = rows.sorted {
      ($0.0.period, $0.0.orgUnit, $0.0.dataElement) < ($1.0.period, $1.0.orgUnit, $1.0.dataElement)
    }
    return answer(
      ordered.prefix(chosen.limit ?? ordered.count), values, dataSet: sets.count == 1 ? sets[0] : nil)
  }

  /// Refuses what the service does not answer (DefaultDataValueSetService.validate); gives what is left to choose by.
  private func check(_ sets: [String]) throws -> (since: Date?, limit: Int?) {
    func given(_ name: String) -> Bool { call.parameter(name) != nil }
    if sets.isEmpty, !given("dataElement"), !given("dataElementGroup") {
      throw refuse("E2001", "At least one data element, data set or data element group must be specified")
    }
    let hasSpan = given("startDate") && given("endDate")
    if !given("period"), !hasSpan, !given("lastUpdated"), !given("lastUpdatedDuration") {
      throw refuse(
        "E2002",
        "At least one period, start/end dates, last updated or last updated duration must be specified")
    }
    if given("period"), hasSpan {
      throw refuse("E2003", "Both periods and start/end date cannot be specified")
    }
    if hasSpan, call.parameter("startDate") ?? "" > call.parameter("endDate") ?? "" {
      throw refuse("E2004", "Start date must be before end date")
    }
    var since = call.parameter("lastUpdated").flatMap {
      Date(dhis2: $0) ?? CalendarDate(String($0.prefix(10)))?.startOfDayUTC
    }
    if let text = call.parameter("lastUpdatedDuration") {
      let lengths: [Character: Double] = ["d": 86_400, "h": 3600, "m": 60, "s": 1]
      guard let unit = text.last.flatMap({ lengths[$0] }), let count = Int(text.dropLast()) else {
        throw refuse("E2005", "Duration is not valid: `\(text)`")
      }
      since = now.addingTimeInterval(-Double(count) * unit)
    }
    if !given("orgUnit"), !given("orgUnitGroup") {
      throw refuse("E2006", "At least one organisation unit or organisation unit group must be specified")
    }
    if call.flag("children"), given("orgUnitGroup") {
      throw refuse("E2007", "Organisation unit children cannot be included for organisation unit groups")
    }
    let limit = call.parameter("limit").flatMap { Int($0) }
    if let limit, limit < 0 { throw refuse("E2009", "Limit cannot be less than zero: `\(limit)`") }
    for combo in call.parameters("attributeOptionCombo") where store[.categoryOptionCombos, combo] == nil {
      throw denied("E2011", "read data for attribute option combo", combo)
    }
    return (since, limit)
  }

  /// One object up to 2.42, a list from 2.43 on.
  private func denied(_ code: String, _ what: String, _ ids: String...) -> Refusal {
    version < .v2_43
      ? refuse(code, "User is not allowed to \(what): `\(ids[0])`")
      : refuse(code, "User is not allowed to \(what)(s): `[\(ids.joined(separator: ", "))]`")
  }

  private func elements(_ sets: [String], _ elements: [String], _ groups: [String]) throws -> Set<String> {
    var wanted = Set(elements)
    for id in sets {
      guard let set = store[.dataSets, id],
        MetadataAccess(user: user, type: .dataSets, object: set).canReadData
      else { throw denied("E2010", "read data for data set", id) }
      wanted.formUnion((set["dataSetElements"]?.array ?? []).compactMap { $0["dataElement"]?["id"]?.string })
    }
    for id in groups {
      wanted.formUnion(
        (store[.dataElementGroups, id]?["dataElements"]?.array ?? []).compactMap { $0["id"]?.string })
    }
    return wanted
  }

  private func units(_ units: [String], _ groups: [String]) throws -> Set<String> {
    var wanted: Set<String> = []
    var open = units
    for id in units {
      guard let unit = store[.organisationUnits, id],
        user.readingUnits(version).map({ store.isUnit(unit, within: $0) }) ?? true
      else { throw denied("E2012", "view org unit", id) }
    }
    for id in groups {
      open += (store[.organisationUnitGroups, id]?["organisationUnits"]?.array ?? []).compactMap {
        $0["id"]?.string
      }
    }
    while let id = open.popLast() {
      guard wanted.insert(id).inserted, call.flag("children") else { continue }
      open += store.children(of: id)
    }
    return wanted
  }

  /// `{}` where there is nothing. 2.43 writes what all values share once, and no nulls.
  private func answer(
    _ rows: some Collection<(DataValueStore.Key, DataValueStore.Stored)>, _ values: DataValueStore,
    dataSet: String?
  ) -> Reply {
    guard let first = rows.first else { return .json([:]) }
    let hoists = version >= .v2_43
    let shared = (
      period: hoists && rows.allSatisfy { $0.0.period == first.0.period },
      unit: hoists && rows.allSatisfy { $0.0.orgUnit == first.0.orgUnit },
      combo: hoists && rows.allSatisfy { $0.0.attributeOptionCombo == first.0.attributeOptionCombo }
    )
    func text(_ number: Int32) -> String { values.names.texts[Int(number)] }
    var writer = RawJSON()
    writer.open()
    if hoists {
      if let dataSet { writer.member("dataSet", dataSet) }
      if shared.period { writer.member("period", text(first.0.period)) }
      if shared.unit { writer.member("orgUnit", text(first.0.orgUnit)) }
      if shared.combo { writer.member("attributeOptionCombo", text(first.0.attributeOptionCombo)) }
    }
    writer.array("dataValues", rows) { writer, row in
      let (key, stored) = row
      writer.open()
      writer.member("dataElement", text(key.dataElement))
      if !shared.period { writer.member("period", text(key.period)) }
      if !shared.unit { writer.member("orgUnit", text(key.orgUnit)) }
      writer.member("categoryOptionCombo", text(key.categoryOptionCombo))
      if !shared.combo { writer.member("attributeOptionCombo", text(key.attributeOptionCombo)) }
      writer.member("value", stored.value)
      writer.member("storedBy", text(stored.storedBy))
      writer.member("created", stored.created.milliseconds + "+0000")
      writer.member("lastUpdated", stored.lastUpdated.milliseconds + "+0000")
      if let comment = stored.comment { writer.member("comment", comment) }
      writer.member(hoists ? "followUp" : "followup", stored.followUp)
      if stored.isDeleted { writer.member("deleted", true) }
      writer.close()
    }
    writer.close()
    return Reply(
      200, headers: [("Content-Type", "application/json;charset=UTF-8")], body: .bytes(writer.bytes))
  }
}

/// JSON text written straight away, for answers of a million rows.
private struct RawJSON {
  private(set) var bytes: [UInt8] = []
  private var needsComma = false

  mutating func open() {
    bytes.append(UInt8(ascii: "{"))
    needsComma = false
  }

  mutating func close() {
    bytes.append(UInt8(ascii: "}"))
    needsComma = true
  }

  private mutating func key(_ name: StaticString) {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
    bytes.append(UInt8(ascii: "\""))
    bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    bytes.append(contentsOf: "\":".utf8)
  }

  mutating func member(_ name: StaticString, _ value: String) {
    key(name)
    var quoted = JSONWriter()
    quoted.write(string: value)
    bytes.append(contentsOf: quoted.bytes)
  }

  mutating func member(_ name: StaticString, _ value: Bool) {
    key(name)
    bytes.append(contentsOf: (value ? "true" : "false").utf8)
  }

  mutating func array<List: Collection>(
    _ name: StaticString, _ list: List, _ element: (inout RawJSON, List.Element) -> Void
  ) {
    key(name)
    bytes.append(UInt8(ascii: "["))
    needsComma = false
    for item in list {
      if needsComma { bytes.append(UInt8(ascii: ",")) }
      element(&self, item)
    }
    bytes.append(UInt8(ascii: "]"))
    needsComma = true
  }
}
