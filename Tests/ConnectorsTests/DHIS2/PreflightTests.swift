import Essentials
import FoundationEssentials
import JSON
import Sandbox
import Testing

@testable import Connectors

@Suite("What is checked before an import") struct PreflightTests {
  /// Facts that a test changes; today is 2024-06-15.
  private struct Facts {
    var version = "2.42.6"
    var calendar = "iso8601"
    var counts = LocalCalendar.gregorian
    var authorities = #""F_DATAVALUE_ADD""#
    var captures = #"{"id":"ImspTQPwCqd","path":"/ImspTQPwCqd"}"#
    var views = ""
    var tokens = "[]"
    var usesToken = false
    var set = ""
    var element = #""aggregationType":"AVERAGE","zeroIsSignificant":true"#
    var valueType = "NUMBER"
    var periodType = "Monthly"
    var unit = Preflight.Unit(path: "/ImspTQPwCqd/O6uvpzGd5pu")

    func preflight() throws -> Preflight {
      let info = try #require(
        SystemInfo([
          "version": .string(version), "calendar": .string(calendar), "serverDate": "2024-06-15T08:00:00.000",
        ]))
      let user = try #require(
        CurrentUser(
          try JSONValue(
            parsing:
              "{\"id\":\"xE7jOejl9FI\",\"username\":\"etl\",\"authorities\":[\(authorities)],\"organisationUnits\":[\(captures)],\"dataViewOrganisationUnits\":[\(views)],\"patTokens\":\(tokens)}"
          )))
      let text =
        "{\"id\":\"BfMAe6Itzgt\",\"periodType\":\"\(periodType)\",\"access\":{\"data\":{\"read\":true,\"write\":true}},\(set)\"dataSetElements\":[{\"dataElement\":{\"id\":\"fClA2Erf6IO\",\"valueType\":\"\(valueType)\",\(element)}}],\"organisationUnits\":[{\"id\":\"O6uvpzGd5pu\"}]}"
      let details = try JSONReader.read(text.utf8) { try DataSetDetails(reading: &$0) }
      return Preflight(
        info: info, user: user, dataSetID: details.id, dataSet: details, calendar: counts,
        today: info.today ?? CalendarDate(daysSinceEpoch: 0),
        defaultCombo: DefaultCombo(categoryCombo: "bjDvmb4bfuf", optionCombo: "HllvX50cXC0"),
        usesToken: usesToken, units: ["O6uvpzGd5pu": unit])
    }
  }

  private func reason(
    _ period: String = "202405", _ value: String = "1", comment: String? = nil,
    _ change: (inout Facts) -> Void = { _ in }
  ) throws -> ImportReason? {
    var facts = Facts()
    change(&facts)
    var preflight = try facts.preflight()
    let key = DataValue.Key(dataElement: "fClA2Erf6IO", period: period, orgUnit: "O6uvpzGd5pu")
    return preflight.finding(for: DataValue(key, value: value, comment: comment))?.reason
  }

  @Test("The current period is closed unless the data set opens future ones")
  func future() throws {
    #expect(try reason("202405") == nil)
    #expect(try reason("202406") == .periodInFuture)
    #expect(try reason("202406") { $0.set = #""openFuturePeriods":1,"# } == nil)
    #expect(try reason("202407") { $0.set = #""openFuturePeriods":1,"# } == .periodInFuture)
  }

  @Test("Periods expire so many days after their end, but not for who may edit expired ones")
  func expiry() throws {
    // 2024-05-31 and 15 days are 2024-06-15, today.
    #expect(try reason("202405") { $0.set = #""expiryDays":15,"# } == nil)
    #expect(try reason("202405") { $0.set = #""expiryDays":14,"# } == .periodExpired)
    #expect(
      try reason("202405") {
        $0.set = #""expiryDays":14,"#
        $0.authorities += #","F_EDIT_EXPIRED""#
      } == nil)
  }

  @Test("Only input periods take values where a data set has some")
  func inputPeriods() throws {
    let open =
      #""dataInputPeriods":[{"period":{"id":"202405"},"openingDate":"2024-06-01T00:00:00.000","closingDate":"2024-06-30T00:00:00.000"},{"period":{"id":"202404"},"closingDate":"2024-06-01"}],"#
    #expect(try reason("202405") { $0.set = open } == nil)
    #expect(try reason("202404") { $0.set = open } == .periodNotOpen)
    #expect(try reason("202403") { $0.set = open } == .periodNotOpen)
  }

  @Test("Units take values from the day they open to the day they close")
  func openingDates() throws {
    let first = CalendarDate("2024-05-31")
    #expect(
      try reason("202405") { $0.unit = .init(path: "/ImspTQPwCqd/O6uvpzGd5pu", openingDate: first) } == nil)
    #expect(
      try reason("202404") { $0.unit = .init(path: "/ImspTQPwCqd/O6uvpzGd5pu", openingDate: first) }
        == .orgUnitClosed)
    let last = CalendarDate("2024-04-01")
    #expect(
      try reason("202404") { $0.unit = .init(path: "/ImspTQPwCqd/O6uvpzGd5pu", closedDate: last) } == nil)
    #expect(
      try reason("202405") { $0.unit = .init(path: "/ImspTQPwCqd/O6uvpzGd5pu", closedDate: last) }
        == .orgUnitClosed)
  }

  @Test("From 2.43 on a unit has to be open when a period begins")
  func openingDateOfDataEntry() throws {
    func reason(_ day: String) throws -> ImportReason? {
      try self.reason("202405") {
        $0.version = "2.43.2"
        $0.unit = .init(path: "/ImspTQPwCqd/O6uvpzGd5pu", openingDate: CalendarDate(day))
      }
    }
    #expect(try reason("2024-05-01") == nil)
    #expect(try reason("2024-05-02") == .orgUnitClosed)
  }

  @Test("Units outside the user's part of the tree are refused; from 2.43 on a superuser's part is the whole")
  func scope() throws {
    func reason(_ version: String, _ authority: String) throws -> ImportReason? {
      try self.reason {
        $0.version = version
        $0.unit = .init(path: "/elsewhere00/O6uvpzGd5pu")
        $0.authorities = "\"\(authority)\""
      }
    }
    #expect(try reason("2.42.6", "F_DATAVALUE_ADD") == .orgUnitOutsideScope)
    #expect(try reason("2.43.2", "F_DATAVALUE_ADD") == .orgUnitOutsideScope)
    #expect(try reason("2.42.6", "ALL") == .orgUnitOutsideScope)
    #expect(try reason("2.43.2", "ALL") == nil)
  }

  @Test(
    "Up to 2.42 units outside the user's part of the tree for data view are refused",
    arguments: [true, false])
  func view(isSuperuser: Bool) throws {
    func reason(_ version: String, _ units: String) throws -> ImportReason? {
      try self.reason {
        $0.version = version
        $0.views = units
        if isSuperuser { $0.authorities = #""ALL""# }
      }
    }
    #expect(try reason("2.42.6", #"{"id":"ImspTQPwCqd"}"#) == nil)
    #expect(try reason("2.42.6", #"{"id":"O6uvpzGd5pu"}"#) == nil)
    #expect(try reason("2.42.6", #"{"id":"elsewhere00"}"#) == .orgUnitOutsideScope)
    #expect(try reason("2.42.6", #"{"id":"elsewhere00"},{"id":"ImspTQPwCqd"}"#) == nil)
    #expect(try reason("2.43.2", #"{"id":"elsewhere00"}"#) == nil)
  }

  @Test("A superuser without org units is told that 2.42 gives no values to compare with")
  func viewless() throws {
    var facts = Facts()
    facts.authorities = #""ALL""#
    facts.captures = ""
    #expect(try facts.preflight().findings.map(\.reason) == [.orgUnitOutsideScope])
    facts.version = "2.43.2"
    #expect(try facts.preflight().findings.isEmpty)
  }

  @Test("Data that are broken down need to say how")
  func combos() throws {
    #expect(try reason { $0.element += #","categoryCombo":{"id":"bjDvmb4bfuf"}"# } == nil)
    #expect(
      try reason { $0.element += #","categoryCombo":{"id":"otherCombo1"}"# } == .categoryOptionComboRequired)
    #expect(
      try reason { $0.set = #""categoryCombo":{"id":"x","isDefault":false},"# }
        == .attributeOptionComboRequired)
    #expect(
      try reason { $0.set = #""categoryCombo":{"id":"otherCombo1"},"# } == .attributeOptionComboRequired)
    #expect(try reason { $0.set = #""categoryCombo":{"id":"x","isDefault":true},"# } == nil)
  }

  @Test(
    "Values are what all releases take for their type",
    arguments: [
      ("NUMBER", "26.4137", true), ("NUMBER", "-0.5", true), ("NUMBER", "0", true), ("NUMBER", "1e-7", false),
      ("NUMBER", "+1", false), ("NUMBER", ".5", false), ("NUMBER", "5.", false), ("NUMBER", "007", false),
      ("NUMBER", "NaN", false), ("NUMBER", "Infinity", false), ("NUMBER", "1,5", false),
      ("NUMBER", "", false),
      ("INTEGER", "-7", true), ("INTEGER", "5.0", false), ("INTEGER", "2147483648", false),
      ("INTEGER", "-0", false),
      ("INTEGER_POSITIVE", "1", true), ("INTEGER_POSITIVE", "0", false), ("INTEGER_NEGATIVE", "-1", true),
      ("INTEGER_ZERO_OR_POSITIVE", "0", true), ("INTEGER_ZERO_OR_POSITIVE", "-1", false),
      ("PERCENTAGE", "100", true), ("PERCENTAGE", "100.0001", false), ("UNIT_INTERVAL", "0.5", true),
      ("UNIT_INTERVAL", "1.1", false), ("BOOLEAN", "true", true), ("BOOLEAN", "1", false),
      ("TRUE_ONLY", "false", false), ("DATE", "2024-02-29", true), ("DATE", "2023-02-29", false),
      ("TEXT", "anything", true),
    ])
  func values(type: String, text: String, isGood: Bool) throws {
    let found = try reason("202405", text) { $0.valueType = type }
    #expect((found == nil) == isGood)
  }

  @Test("Comments are as long as the release takes them")
  func comments() throws {
    let long = String(repeating: "x", count: 5_001)
    #expect(try reason(comment: long) == nil)
    #expect(try reason(comment: long) { $0.version = "2.43.2" } == .commentInvalid)
  }

  @Test("A server that counts in another calendar is refused, unless that is asked for")
  func calendars() throws {
    var facts = Facts()
    facts.calendar = "nepali"
    #expect(try facts.preflight().findings.first?.reason == .calendarUnsupported)
    #expect(throws: DHIS2Failure.self) { try facts.preflight().check(server: "x") }
    facts.counts = .nepali
    #expect(try facts.preflight().findings.isEmpty)
    // 2024-06-15 is 1 or 2 Ashadh 2081: Jestha is over, Ashadh is not.
    var preflight = try facts.preflight()
    let key = { DataValue.Key(dataElement: "fClA2Erf6IO", period: $0, orgUnit: "O6uvpzGd5pu") }
    #expect(preflight.finding(for: DataValue(key("208102"), value: "1")) == nil)
    #expect(preflight.finding(for: DataValue(key("208103"), value: "1"))?.reason == .periodInFuture)
    facts.calendar = "coptic"
    #expect(try facts.preflight().findings.first?.reason == .calendarUnsupported)
  }

  @Test(
    "A data set whose periods are not counted in the server's calendar is refused once, by its period type",
    arguments: [
      (LocalCalendar.ethiopian, "Weekly", false), (.ethiopian, "Quarterly", false),
      (.ethiopian, "FinancialJuly", false), (.ethiopian, "Yearly", true), (.nepali, "WeeklySunday", false),
      (.nepali, "Quarterly", true), (.nepali, "FinancialJuly", true), (.gregorian, "BiWeekly", true),
    ])
  func periodTypes(calendar: LocalCalendar, type: String, isCounted: Bool) throws {
    var facts = Facts()
    facts.calendar = calendar.rawValue
    facts.counts = calendar
    facts.periodType = type
    let findings = try facts.preflight().findings
    #expect(findings.map(\.reason) == (isCounted ? [] : [.periodTypeWrong]))
    #expect(findings.allSatisfy { $0.message.contains(type) && $0.remedy?.contains("Monthly") == true })
  }

  @Test("Zeros that mean nothing are warned of, and only older releases drop them")
  func zeros() throws {
    var facts = Facts()
    facts.element = #""aggregationType":"SUM","zeroIsSignificant":false"#
    let old = try facts.preflight()
    #expect(old.findings.map(\.reason) == [.insignificantZero] && old.findings[0].severity == .warn)
    let key = DataValue.Key(dataElement: "fClA2Erf6IO", period: "202405", orgUnit: "O6uvpzGd5pu")
    #expect(old.dropsZero(DataValue(key, value: "0")) && old.dropsZero(DataValue(key, value: "0.00")))
    #expect(!old.dropsZero(DataValue(key, value: "0.1")))
    facts.version = "2.43.2"
    let new = try facts.preflight()
    #expect(
      !new.dropsZero(DataValue(key, value: "0")) && new.findings[0].message.contains("left out of analytics"))
  }

  @Test("A text of a zero is no zero, and is sent to every release", arguments: SandboxRelease.allCases)
  func textsOfZero(release: SandboxRelease) async throws {
    try await ImportScene.with(release, aggregation: "NONE") { scene in
      try await scene.makeZeroInsignificant()
      try await scene.patch("dataElements/\(scene.elements[0])", "/valueType", "TEXT")
      let unit = scene.units[0].id
      let receipt = try await scene.server.importValues([scene.value(unit, "0")], options: scene.options())
      // The other element is a number, of which zeros are warned.
      #expect(receipt.created == 1 && receipt.zeroDropped == 0 && receipt.warnings.count == 1)
      #expect(await scene.sandbox.dataValues().map(\.value) == ["0"])
    }
  }

  @Test("An access token that runs out soon is warned of")
  func token() throws {
    var facts = Facts()
    facts.usesToken = true
    // 2024-06-20 and 2024-12-31.
    facts.tokens = #"[{"id":"a","expire":1718841600000},{"id":"b","expire":1735603200000}]"#
    let findings = try facts.preflight().findings
    #expect(findings.count == 1 && findings[0].severity == .warn && findings[0].value == "5")
    facts.usesToken = false
    #expect(try facts.preflight().findings.isEmpty)
  }

  @Test(
    "Zeros are dropped, or refused where they would delete, up to 2.42, and stored from 2.43 on, whatever their comment",
    arguments: SandboxRelease.allCases, [nil, "preliminary"])
  func zerosInImports(release: SandboxRelease, comment: String?) async throws {
    try await ImportScene.with(release, aggregation: "SUM") { scene in
      try await scene.makeZeroInsignificant()
      let units = scene.units.prefix(3).map(\.id)
      _ = try await scene.server.importValues([scene.value(units[0], "7")], options: scene.options())
      let values = [scene.value(units[0], "0"), scene.value(units[1], "0"), scene.value(units[2], "3")].map {
        DataValue($0.key, value: $0.value, comment: comment)
      }
      let receipt = try await scene.server.importValues(values, options: scene.options())
      let held = await scene.sandbox.dataValues()
      if release < .v2_43 {
        #expect(receipt.refused == 1 && receipt.zeroDropped == 1 && receipt.created == 1)
        #expect(receipt.refusals.first?.why == .insignificantZero)
        #expect(held.first { $0.orgUnit == units[0] }?.value == "7" && held.count == 2)
      } else {
        #expect(receipt.updated == 1 && receipt.created == 2 && held.count == 3)
      }
      #expect(receipt.total == 3 && receipt.warnings.count == 2)
    }
  }
}
