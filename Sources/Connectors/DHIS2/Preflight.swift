public import Essentials
import FoundationEssentials

/// What is known before values are sent, and what follows from it: the same rows are refused for the same reasons on
/// all releases, of which those up to 2.42 would take many of them without a word.
///
/// A pure function of facts that were read once; see ``DHIS2/preflight(dataSet:units:calendar:)``.
public struct Preflight: Sendable {
  /// Something that the import meets.
  public struct Finding: Sendable, Hashable {
    public enum Severity: String, Sendable {
      /// DHIS2 would not take it, or would take it and should not.
      case refuse
      /// Worth knowing.
      case warn
    }

    public let severity: Severity
    public let reason: ImportReason
    /// What it is about: `data set BfMAe6Itzgt`.
    public let object: String
    /// The value that does not fit, where there is one: `202513`.
    public let value: String?
    /// One sentence.
    public let message: String
    public let remedy: String?

    init(
      _ severity: Severity, _ reason: ImportReason, _ object: String, value: String? = nil, _ message: String,
      remedy: String? = nil
    ) {
      self.severity = severity
      self.reason = reason
      self.object = object
      self.value = value
      self.message = message
      self.remedy = remedy ?? reason.remedy
    }
  }

  /// What is known of an org unit.
  public struct Unit: Sendable, Hashable {
    /// The ids from the root down to the unit.
    public let path: String
    public let openingDate: CalendarDate?
    public let closedDate: CalendarDate?

    public init(path: String, openingDate: CalendarDate? = nil, closedDate: CalendarDate? = nil) {
      self.path = path
      self.openingDate = openingDate
      self.closedDate = closedDate
    }
  }

  public let info: SystemInfo
  public let user: CurrentUser
  /// Nil where there is no such data set, or the user may not see it.
  public let dataSet: DataSetDetails?
  let dataSetID: String
  /// The calendar that the caller counts periods in.
  public let calendar: LocalCalendar
  /// The day on the server.
  let today: CalendarDate
  let defaultCombo: DefaultCombo
  let usesToken: Bool
  /// Units that were not read with the data set.
  var units: [String: Unit]
  /// Those that were.
  var assigned: AssignedUnits
  /// The option combinations of the category combinations that the data set and its elements have; nil where they were
  /// not read yet, as no value named any.
  var optionCombos: [String: Set<String>]?
  let isSuperuser: Bool
  /// Where the user reads values; nil where to enter them is enough.
  let readingUnits: [String]?
  /// Periods by their ids, as they were first asked for: a run has few.
  private var periods: [String: DHIS2Period?] = [:]
  private let latestOpen: DHIS2Period?
  var usual: Usual?

  init(
    info: SystemInfo, user: CurrentUser, dataSetID: String, dataSet: DataSetDetails?, calendar: LocalCalendar,
    today: CalendarDate, defaultCombo: DefaultCombo, usesToken: Bool, units: [String: Unit] = [:]
  ) {
    self.info = info
    self.user = user
    self.dataSetID = dataSetID
    self.dataSet = dataSet
    self.calendar = calendar
    self.today = today
    self.defaultCombo = defaultCombo
    self.usesToken = usesToken
    self.units = units
    assigned = dataSet?.units ?? AssignedUnits()
    isSuperuser = user.isSuperuser
    readingUnits = user.readingUnits(info.capabilities)
    // With no open future period, the one before the current is the last.
    latestOpen = dataSet.flatMap { set in
      set.periodType.flatMap { DHIS2Period($0, containing: today, calendar: calendar) }?
        .adding(set.openFuturePeriods - 1)
    }
  }

  /// What concerns the import as a whole, the gravest first.
  public var findings: [Finding] {
    var findings: [Finding] = []
    if info.periodCalendar != calendar {
      findings.append(
        Finding(
          .refuse, .calendarUnsupported, "calendar", value: info.calendar,
          "the server counts periods in the \(info.calendar) calendar, not in the \(calendar.rawValue) one: values would be stored decades away"
        ))
    }
    if !user.has("F_DATAVALUE_ADD") {
      findings.append(
        Finding(
          .refuse, .authorityMissing, "user \(user.username)", value: "F_DATAVALUE_ADD",
          "user \(user.username) may not add data values (authority F_DATAVALUE_ADD)"))
    }
    if user.orgUnits.isEmpty, !user.isSuperuser {
      findings.append(
        Finding(
          .refuse, .orgUnitOutsideScope, "user \(user.username)",
          "user \(user.username) has no org unit for data capture"))
    } else if readingUnits?.isEmpty == true {
      findings.append(
        Finding(
          .refuse, .orgUnitOutsideScope, "user \(user.username)",
          "user \(user.username) has no org unit for data view, without which DHIS2 \(info.version) gives no value to compare with"
        ))
    }
    guard let dataSet else {
      findings.append(
        Finding(
          .refuse, .dataSetNotFound, "data set \(dataSetID)",
          "there is no data set \(dataSetID) that user \(user.username) may see"))
      return findings
    }
    if !dataSet.mayWriteData || !dataSet.mayReadData, !user.isSuperuser {
      findings.append(
        Finding(
          .refuse, .dataSetNotWritable, "data set \(dataSet.id)",
          "user \(user.username) may not read and write the data of data set \(dataSet.id)"))
    }
    if let type = dataSet.periodType, !type.exists(in: calendar) {
      findings.append(
        Finding(
          .refuse, .periodTypeWrong, "data set \(dataSet.id)", value: type.rawValue,
          "periods of type \(type.rawValue), which data set \(dataSet.id) has, are not counted in the \(calendar.rawValue) calendar",
          remedy: "Import into a data set of type \(calendar.periodTypesInWords)."))
    }
    findings += warnings(dataSet)
    return findings
  }

  private func warnings(_ dataSet: DataSetDetails) -> [Finding] {
    var findings: [Finding] = []
    for element in dataSet.elements.values.sorted(by: { $0.id < $1.id }) where element.losesZeros {
      findings.append(
        Finding(
          .warn, .insignificantZero, "data element \(element.id)", value: element.aggregationType,
          "data element \(element.id) is aggregated by \(element.aggregationType) and zero is not significant: zeros are \(info.capabilities.dropsInsignificantZeros ? "not kept" : "left out of analytics")"
        ))
    }
    if usesToken {
      let left = user.tokenExpiries.map { $0.timeIntervalSince(today.startOfDayUTC) / 86_400 }.filter {
        $0 >= 0
      }
      if let days = left.min(), days < 14 {
        findings.append(
          Finding(
            .warn, .other, "access token of user \(user.username)", value: "\(Int(days))",
            "an access token of user \(user.username) runs out in \(Int(days)) days",
            remedy: "Make a new token in DHIS2 and put it in the block."))
      }
    }
    return findings
  }

  /// Throws what stands in the way of the import as a whole.
  ///
  /// - Parameter ignoring: what the caller sets right before it imports.
  public func check(server: String, ignoring: Set<ImportReason> = []) throws {
    let grave = findings.filter { $0.severity == .refuse && !ignoring.contains($0.reason) }
    guard let first = grave.first else { return }
    throw DHIS2Failure(
      .configuration,
      "importing into data set \(dataSetID) at \(server): \(grave.map(\.message).joined(separator: "; "))",
      remedy: first.remedy)
  }

  /// The period of an id, and the id as DHIS2 writes it; nil where it is none.
  mutating func period(_ id: String) -> DHIS2Period? {
    if let known = periods[id] { return known }
    var period = DHIS2Period(id: id, calendar: calendar)
    if let found = period, !found.type.exists(in: info.version) { period = nil }
    periods[id] = .some(period)
    return period
  }

  /// Why DHIS2 does not take a value, or should not; nil where nothing is known against it. Org units that were not
  /// read (``DHIS2/preflight(dataSet:units:calendar:)`` and the import itself do) count as unknown to the server.
  public mutating func finding(for value: DataValue) -> Finding? {
    guard let dataSet else { return nil }
    let key = value.key
    func refuse(_ reason: ImportReason, _ object: String, _ text: String? = nil, _ message: String) -> Finding
    {
      Finding(.refuse, reason, object, value: text, message)
    }
    let unitName = "org unit \(key.orgUnit)"
    guard let element = dataSet.elements[key.dataElement] else {
      return refuse(
        .dataElementNotInDataSet, "data element \(key.dataElement)", nil,
        "data element \(key.dataElement) is not in data set \(dataSet.id)")
    }
    guard let period = period(key.period) else {
      return refuse(
        .periodUnreadable, "period", key.period,
        "\"\(key.period)\" is no period of the \(calendar.rawValue) calendar")
    }
    if let finding = timeFinding(period, dataSet) { return finding }
    guard let unit = standing(of: key.orgUnit) else {
      return refuse(.orgUnitNotFound, unitName, nil, "there is no \(unitName) that the user may see")
    }
    if !isSuperuser, unit.isCovered != true {
      return refuse(
        .orgUnitOutsideScope, unitName, nil,
        "\(unitName) is not below an org unit where user \(user.username) enters data")
    }
    if unit.isHidden {
      return refuse(
        .orgUnitOutsideScope, unitName, nil,
        "\(unitName) is not below an org unit where user \(user.username) views data, and DHIS2 \(info.version) gives no value to compare with"
      )
    }
    if assigned.place(of: key.orgUnit) == nil {
      return refuse(
        .orgUnitNotAssigned, unitName, nil, "\(unitName) is not assigned to data set \(dataSet.id)")
    }
    // 2.43 wants a unit to be open on the first day.
    if let opening = unit.opening,
      opening > (info.capabilities.checksStructure ? period.firstDay : period.lastDay)
    {
      return refuse(
        .orgUnitClosed, unitName, period.id,
        "\(unitName) opened on \(opening), after period \(period.id) \(opening > period.lastDay ? "had ended" : "had begun")"
      )
    }
    if let closed = unit.closed, period.firstDay > closed {
      return refuse(
        .orgUnitClosed, unitName, period.id, "\(unitName) closed on \(closed), before period \(period.id)")
    }
    return comboFinding(key, element, dataSet) ?? valueFinding(value, element)
  }

  func timeFinding(_ period: DHIS2Period, _ dataSet: DataSetDetails) -> Finding? {
    func refuse(_ reason: ImportReason, _ message: String) -> Finding {
      Finding(.refuse, reason, "data set \(dataSet.id)", value: period.id, message)
    }
    if let type = dataSet.periodType, period.type != type {
      return refuse(
        .periodTypeWrong,
        "period \(period.id) is \(period.type.rawValue), and data set \(dataSet.id) \(type.rawValue)")
    }
    if let latestOpen, period.firstDay > latestOpen.lastDay {
      return refuse(
        .periodInFuture,
        "period \(period.id) is not open yet in data set \(dataSet.id): the last open one is \(latestOpen.id)"
      )
    }
    if dataSet.expiryDays > 0, !user.has("F_EDIT_EXPIRED"),
      Double(today.daysSinceEpoch) > Double(period.lastDay.daysSinceEpoch) + dataSet.expiryDays
    {
      return refuse(
        .periodExpired,
        "period \(period.id) expired \(Int(dataSet.expiryDays)) days after its end in data set \(dataSet.id)")
    }
    guard !dataSet.inputPeriods.isEmpty else { return nil }
    let input = dataSet.inputPeriods.filter { $0.period == period.id }
    let isOpen = input.contains { input in
      (input.opening.map { $0 <= today } ?? true) && (input.closing.map { today <= $0 } ?? true)
    }
    return isOpen
      ? nil
      : refuse(.periodNotOpen, "period \(period.id) is not an open input period of data set \(dataSet.id)")
  }

  private func valueFinding(_ value: DataValue, _ element: DataSetDetails.Element) -> Finding? {
    if value.value.isEmpty {
      return Finding(
        .refuse, .valueMissing, "data element \(element.id)", value: "", "the value is empty")
    }
    if let problem = ValueType.problem(value.value, type: element.valueType) {
      return Finding(
        .refuse, .valueInvalid, "data element \(element.id)", value: value.value,
        "\"\(value.value)\" is no value of type \(element.valueType): \(problem)")
    }
    if let comment = value.comment, comment.unicodeScalars.count > info.capabilities.longestComment {
      return Finding(
        .refuse, .commentInvalid, "data element \(element.id)", value: "\(comment.unicodeScalars.count)",
        "the comment has more than \(info.capabilities.longestComment) characters")
    }
    return nil
  }

  /// Whether the values of a data element are numbers; so are those of one whose type is not known.
  func isNumeric(_ dataElement: String) -> Bool {
    guard let type = dataSet?.elements[dataElement]?.valueType, !type.isEmpty else { return true }
    return ValueType.isNumeric(type)
  }

  /// Whether DHIS2 would keep no value for this one, as it is an insignificant zero, with a comment or without.
  func dropsZero(_ value: DataValue) -> Bool {
    ValueType.isZero(value.value) && info.capabilities.dropsInsignificantZeros
      && dataSet?.elements[value.key.dataElement]?.losesZeros == true
  }
}
