internal import Essentials
internal import FoundationEssentials
internal import JSON

/// What both import engines have to know: metadata, once looked up; the user's scope; open periods.
///
/// It is kept from one import to the next until metadata change: a data set of 100,000 org units is read once.
struct DataValueContext {
  struct DataElement {
    let valueType: String
    let dropsZero: Bool
    let optionCombos: Set<String>
    let dataSets: [String]
  }

  struct DataSet {
    let id: String
    let periodType: PeriodType
    let openFuturePeriods: Int
    let expiryDays: Double
    let dataElements: Set<String>
    let orgUnits: Set<String>
    /// Option combos of its category combo.
    let optionCombos: Set<String>
    /// The days on which values of a period may be entered; empty where there are no such rules.
    let inputPeriods: [String: [ClosedRange<CalendarDate>]]
    let canWrite: Bool
    let lastUpdated: Date
  }

  struct OrgUnit {
    let isInScope: Bool
    let opening: CalendarDate?
    let closed: CalendarDate?
  }

  /// What depends on the server rather than on its metadata.
  struct Rules: Sendable {
    var version: DHIS2Version
    var calendar = SandboxCalendar.iso8601
    /// How long a changed data set stays unknown to the check of open periods (2.41 and 2.42).
    var dataSetDelay = 0.0
  }

  let store: MetadataStore
  let user: DHIS2User
  let rules: Rules
  var version: DHIS2Version { rules.version }
  private(set) var today: CalendarDate
  private(set) var now: Date
  /// When caches were last cleared by hand.
  private var cacheCleared = Date.distantPast
  private let calendar: LocalCalendar?
  private let dataSets: [String: DataSet]
  private let setsOf: [String: [String]]
  private var elements: [String: DataElement?] = [:]
  private var units: [String: OrgUnit?] = [:]
  private var periods: [String: Period?] = [:]
  private var latest: [String: Period] = [:]
  private var ids: [Naming: [String: String]] = [:]

  private struct Naming: Hashable {
    let type: MetadataType
    let scheme: IdScheme
  }

  init(store: MetadataStore, user: DHIS2User, rules: Rules, now: Date) {
    self.store = store
    self.user = user
    self.rules = rules
    self.now = now
    today = CalendarDate(utc: now)
    calendar = LocalCalendar(rules.calendar)
    var dataSets: [String: DataSet] = [:]
    var setsOf: [String: [String]] = [:]
    for object in store.objects(.dataSets) {
      guard let id = object["id"]?.string else { continue }
      let set = DataSet(object, id: id, store: store, user: user)
      dataSets[id] = set
      for element in set.dataElements { setsOf[element, default: []].append(id) }
    }
    self.dataSets = dataSets
    self.setsOf = setsOf
  }

  /// Makes it good for an import at another moment.
  mutating func wind(to now: Date, cacheCleared: Date) {
    self.now = now
    self.cacheCleared = cacheCleared
    let day = CalendarDate(utc: now)
    if day != today { latest = [:] }
    today = day
  }

  /// The UID of what a text names; the text itself where the scheme is UID.
  mutating func id(of text: String, _ type: MetadataType, _ scheme: IdScheme) -> String? {
    guard scheme != .uid else { return text }
    let naming = Naming(type: type, scheme: scheme)
    if let known = ids[naming] { return known[text] }
    var table: [String: String] = [:]
    for object in store.objects(type) {
      guard let id = object["id"]?.string else { continue }
      let name: String?
      switch scheme {
      case .uid: name = id
      case .code: name = object["code"]?.string
      case .name: name = object["name"]?.string
      case .attribute(let attribute):
        name =
          (object["attributeValues"]?.array ?? []).first { $0["attribute"]?["id"]?.string == attribute }?[
            "value"]?
          .string
      }
      if let name { table[name] = id }
    }
    ids[naming] = table
    return table[text]
  }

  func dataSet(_ id: String) -> DataSet? { dataSets[id] }

  mutating func dataElement(_ id: String) -> DataElement? {
    if let known = elements[id] { return known }
    var found: DataElement?
    if let object = store[.dataElements, id] {
      let aggregation = object["aggregationType"]?.string ?? ""
      let type = object["valueType"]?.string ?? "TEXT"
      found = DataElement(
        valueType: type,
        dropsZero: version < .v2_43 && ValueRule.isNumeric(type) && object["zeroIsSignificant"]?.bool != true
          && aggregation != "AVERAGE" && aggregation != "AVERAGE_SUM_ORG_UNIT",
        optionCombos: store.optionCombos(of: object), dataSets: setsOf[id] ?? [])
    }
    elements[id] = .some(found)
    return found
  }

  mutating func orgUnit(_ id: String) -> OrgUnit? {
    if let known = units[id] { return known }
    var found: OrgUnit?
    if let object = store[.organisationUnits, id] {
      func date(_ key: String) -> CalendarDate? {
        object[key]?.string.flatMap { CalendarDate(String($0.prefix(10))) }
      }
      found = OrgUnit(
        isInScope: store.isUnit(object, within: user.orgUnits), opening: date("openingDate"),
        closed: date("closedDate"))
    }
    units[id] = .some(found)
    return found
  }

  mutating func period(_ text: String) -> Period? {
    if let known = periods[text] { return known }
    let found = Period(text, version: version, calendar: calendar)
    periods[text] = .some(found)
    return found
  }

  /// The last period that a data set takes values for: with no open future period, the one before the current.
  mutating func latestOpen(_ set: DataSet) -> Period {
    if let known = latest[set.id] { return known }
    let current =
      calendar?.period(set.periodType, containing: today) ?? set.periodType.period(containing: today)
    let period = current.adding(set.openFuturePeriods - 1)
    latest[set.id] = period
    return period
  }

  /// Whether periods are checked against the future at all: up to 2.42 in the ISO calendar only.
  var checksFuture: Bool { version >= .v2_43 || rules.calendar == .iso8601 }

  /// Whether the period is past its expiry days, for this user.
  func isExpired(_ period: Period, _ set: DataSet) -> Bool {
    guard set.expiryDays > 0, !user.may("F_EDIT_EXPIRED") else { return false }
    return Double(today.daysSinceEpoch) > Double(period.end.daysSinceEpoch) + set.expiryDays
  }

  /// Whether today is a day on which values of the period may be entered.
  func isOpenNow(_ period: Period, _ set: DataSet) -> Bool {
    set.inputPeriods.isEmpty || (set.inputPeriods[period.iso] ?? []).contains { $0.contains(today) }
  }

  /// Whether the data set was changed so lately that the check of open periods does not know it yet.
  func isUnknownYet(_ set: DataSet) -> Bool {
    guard version == .v2_41 || version == .v2_42, rules.dataSetDelay > 0 else { return false }
    return set.lastUpdated > cacheCleared && now.timeIntervalSince(set.lastUpdated) < rules.dataSetDelay
  }
}

extension DataValueContext.DataSet {
  fileprivate init(_ object: JSONObject, id: String, store: MetadataStore, user: DHIS2User) {
    func ids(_ key: String, _ inner: String?) -> Set<String> {
      Set((object[key]?.array ?? []).compactMap { ($0[inner ?? "id"]?["id"] ?? $0["id"])?.string })
    }
    self.id = id
    periodType = PeriodType(rawValue: object["periodType"]?.string ?? "") ?? .monthly
    openFuturePeriods = object["openFuturePeriods"]?.integer ?? 0
    expiryDays = object["expiryDays"]?.double ?? 0
    dataElements = ids("dataSetElements", "dataElement")
    orgUnits = ids("organisationUnits", nil)
    optionCombos = store.optionCombos(of: object)
    func day(_ value: JSONValue?) -> CalendarDate? {
      value?.string.flatMap { CalendarDate(String($0.prefix(10))) }
    }
    var open: [String: [ClosedRange<CalendarDate>]] = [:]
    for entry in object["dataInputPeriods"]?.array ?? [] {
      guard let period = entry["period"]?["id"]?.string else { continue }
      let first = day(entry["openingDate"]) ?? CalendarDate(daysSinceEpoch: -700_000)
      let last = day(entry["closingDate"]) ?? CalendarDate(daysSinceEpoch: 2_900_000)
      open[period, default: []].append(min(first, last)...last)
    }
    inputPeriods = open
    canWrite = MetadataAccess(user: user, type: .dataSets, object: object).canWriteData
    lastUpdated = Date(dhis2: object["lastUpdated"]?.string ?? "") ?? .distantPast
  }
}

extension MetadataStore {
  /// The option combos that the category combo of a data element or a data set has.
  func optionCombos(of object: JSONObject) -> Set<String> {
    let combo = object["categoryCombo"]?["id"]?.string ?? Self.defaultCombo
    return Set(
      (self[.categoryCombos, combo]?["categoryOptionCombos"]?.array ?? []).compactMap { $0["id"]?.string })
  }
}
