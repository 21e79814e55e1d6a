internal import Essentials
internal import FoundationEssentials
internal import JSON

/// What both import engines have to know: metadata, once looked up; the user's scope; open periods.
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
    let inputPeriods: Set<String>
    let canWrite: Bool
  }

  struct OrgUnit {
    let isInScope: Bool
    let opening: CalendarDate?
    let closed: CalendarDate?
  }

  let store: MetadataStore
  let user: DHIS2User
  let version: DHIS2Version
  let today: CalendarDate
  let now: Date
  private let dataSets: [String: DataSet]
  private let setsOf: [String: [String]]
  private var elements: [String: DataElement?] = [:]
  private var units: [String: OrgUnit?] = [:]
  private var periods: [String: Period?] = [:]
  private var latest: [String: Period] = [:]

  init(store: MetadataStore, user: DHIS2User, version: DHIS2Version, now: Date) {
    self.store = store
    self.user = user
    self.version = version
    self.now = now
    today = CalendarDate(utc: now)
    var dataSets: [String: DataSet] = [:]
    var setsOf: [String: [String]] = [:]
    for object in store.objects(.dataSets) {
      guard let id = object["id"]?.string else { continue }
      func ids(_ key: String, _ inner: String?) -> Set<String> {
        Set((object[key]?.array ?? []).compactMap { ($0[inner ?? "id"]?["id"] ?? $0["id"])?.string })
      }
      let set = DataSet(
        id: id, periodType: PeriodType(rawValue: object["periodType"]?.string ?? "") ?? .monthly,
        openFuturePeriods: object["openFuturePeriods"]?.integer ?? 0,
        expiryDays: object["expiryDays"]?.double ?? 0,
        dataElements: ids("dataSetElements", "dataElement"), orgUnits: ids("organisationUnits", nil),
        inputPeriods: ids("dataInputPeriods", "period"),
        canWrite: MetadataAccess(user: user, type: .dataSets, object: object).canWriteData)
      dataSets[id] = set
      for element in set.dataElements { setsOf[element, default: []].append(id) }
    }
    self.dataSets = dataSets
    self.setsOf = setsOf
  }

  func dataSet(_ id: String) -> DataSet? { dataSets[id] }

  mutating func dataElement(_ id: String) -> DataElement? {
    if let known = elements[id] { return known }
    var found: DataElement?
    if let object = store[.dataElements, id] {
      let combo = object["categoryCombo"]?["id"]?.string ?? MetadataStore.defaultCombo
      let aggregation = object["aggregationType"]?.string ?? ""
      found = DataElement(
        valueType: object["valueType"]?.string ?? "TEXT",
        dropsZero: version < .v2_43 && object["zeroIsSignificant"]?.bool != true
          && aggregation != "AVERAGE" && aggregation != "AVERAGE_SUM_ORG_UNIT",
        optionCombos: Set(
          (store[.categoryCombos, combo]?["categoryOptionCombos"]?.array ?? []).compactMap {
            $0["id"]?.string
          }),
        dataSets: setsOf[id] ?? [])
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
    let found = Period(text, version: version)
    periods[text] = .some(found)
    return found
  }

  /// The last period that a data set takes values for: with no open future period, the one before the current.
  mutating func latestOpen(_ set: DataSet) -> Period {
    if let known = latest[set.id] { return known }
    let period = set.periodType.period(containing: today).adding(set.openFuturePeriods - 1)
    latest[set.id] = period
    return period
  }

  /// Whether the period is past its expiry days, for this user.
  func isExpired(_ period: Period, _ set: DataSet) -> Bool {
    guard set.expiryDays > 0, !user.may("F_EDIT_EXPIRED") else { return false }
    return Double(today.daysSinceEpoch) > Double(period.end.daysSinceEpoch) + set.expiryDays
  }
}
