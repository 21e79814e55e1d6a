internal import Essentials
internal import FoundationEssentials
internal import JSON

/// `GET /api/dataValueSets`: which values, and how each release writes them.
struct DataValueQuery {
  let call: Call
  let store: MetadataStore
  let user: DHIS2User
  let version: DHIS2Version

  private func refuse(_ code: String, _ message: String) -> Refusal {
    Refusal(reply: WebMessage.reply(409, message, errorCode: code))
  }

  func reply(_ values: DataValueStore) throws -> Reply {
    let sets = call.parameters("dataSet")
    let elements = call.parameters("dataElement")
    let groups = call.parameters("dataElementGroup")
    let periods = call.parameters("period")
    let start = call.parameter("startDate").flatMap { CalendarDate(String($0.prefix(10))) }
    let end = call.parameter("endDate").flatMap { CalendarDate(String($0.prefix(10))) }
    let since = call.parameter("lastUpdated")
    let units = call.parameters("orgUnit")
    let unitGroups = call.parameters("orgUnitGroup")
    if sets.isEmpty, elements.isEmpty, groups.isEmpty {
      throw refuse("E2001", "At least one data element, data set or data element group must be specified")
    }
    if periods.isEmpty, start == nil || end == nil, since == nil, call.parameter("lastUpdatedDuration") == nil
    {
      throw refuse(
        "E2002",
        "At least one period, start/end dates, last updated or last updated duration must be specified")
    }
    if units.isEmpty, unitGroups.isEmpty {
      throw refuse("E2006", "At least one organisation unit or organisation unit group must be specified")
    }
    let wantedElements = try self.elements(sets, elements, groups)
    let wantedPeriods = Set(periods.map { Period($0, version: version)?.iso ?? $0 })
    let wantedUnits = try self.units(units, unitGroups)
    var rows: [(DataValueStore.Key, DataValueStore.Stored)] = []
    for (key, stored) in values.values {
      guard !stored.isDeleted || call.flag("includeDeleted"),
        wantedElements.contains(values.names.texts[Int(key.dataElement)]),
        wantedUnits.contains(values.names.texts[Int(key.orgUnit)])
      else { continue }
      let period = values.names.texts[Int(key.period)]
      if !wantedPeriods.isEmpty, !wantedPeriods.contains(period) { continue }
      if let start, let end {
        guard let parsed = Period(period, version: version), parsed.start >= start, parsed.end <= end else {
          continue
        }
      }
      if let since, stored.lastUpdated.milliseconds < since { continue }
      rows.append((key, stored))
    }
    let ordered = rows.sorted {
      ($0.0.period, $0.0.orgUnit, $0.0.dataElement) < ($1.0.period, $1.0.orgUnit, $1.0.dataElement)
    }
    let limit = call.parameter("limit").flatMap { Int($0) } ?? ordered.count
    return answer(ordered.prefix(max(0, limit)), values, dataSet: sets.count == 1 ? sets[0] : nil)
  }

  private func elements(_ sets: [String], _ elements: [String], _ groups: [String]) throws -> Set<String> {
    var wanted = Set(elements)
    for id in sets {
      guard let set = store[.dataSets, id] else { throw refuse("E2010", "Data set not found: `\(id)`") }
      guard MetadataAccess(user: user, type: .dataSets, object: set).canReadData else {
        throw refuse("E2010", "User is not allowed to read data for data set: `\(id)`")
      }
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
      guard let unit = store[.organisationUnits, id] else {
        throw refuse("E2012", "Org unit not found: `\(id)`")
      }
      guard user.authorities.contains("ALL") || store.isUnit(unit, within: user.orgUnits) else {
        throw refuse("E2012", "User is not allowed to view org unit: `\(id)`")
      }
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
