import Essentials
import FoundationEssentials
import HTTP
import JSON
import Testing

@testable import Connectors

@Suite("Payloads of DHIS2 beside the checkout", .enabled(if: Fixtures.arePresent))
struct FixtureTests {
  private func units(_ name: String) throws -> OrgUnitPage {
    try JSONReader.read(Fixtures.bytes(name)) { try OrgUnitPage(reading: &$0) }
  }

  private func summary(_ name: String) throws -> ImportSummary {
    try #require(ImportSummary(Fixtures.json(name)))
  }

  private func kinds(_ units: [OrgUnit]) -> [String: Int] {
    Dictionary(
      units.map { unit in
        (unit.geometry.flatMap { try? JSONValue(parsing: $0) }?["type"]?.string ?? "none", 1)
      }, uniquingKeysWith: +)
  }

  @Test(
    "System information",
    arguments: [
      ("synthetic/system_info_2.40.9.json", "2.40.9", LocalCalendar.gregorian),
      ("synthetic/system_info_2.41.10.json", "2.41.10", .gregorian),
      ("synthetic/system_info_2.42.6.json", "2.42.6", .gregorian),
      ("synthetic/system_info_2.43.2.json", "2.43.2", .gregorian),
      ("synthetic/system_info_2.44-SNAPSHOT.json", "2.44.0", .gregorian),
      ("synthetic/system_info_nepali.json", "2.42.6", .nepali),
      ("maps-app/system_info.json", "2.33.0", .gregorian),
      ("android-sdk/systeminfo/system_info.json", "2.29.0", .gregorian),
    ])
  func systemInfo(name: String, version: String, calendar: LocalCalendar) throws {
    let info = try #require(SystemInfo(Fixtures.json(name)))
    #expect(info.version.description == version || name.hasPrefix("android"))
    #expect(info.periodCalendar == calendar)
    #expect(info.today != nil || calendar == .nepali)
    #expect((info.importSemantics == .dataEntry) == (info.version >= DHIS2Version(2, 43)))
  }

  @Test("System information without a version is none")
  func noVersion() throws {
    #expect(SystemInfo(try Fixtures.json("import-export-app/systemInfo.json")) == nil)
  }

  @Test("Users")
  func users() throws {
    let etl = try #require(CurrentUser(Fixtures.json("synthetic/me_etl_user.json")))
    #expect(etl.username == "etl" && etl.has("F_DATAVALUE_ADD") && !etl.has("ALL"))
    #expect(etl.covers("/ImspTQPwCqd/O6uvpzGd5pu") && !etl.covers("/elsewhere00"))
    let demo = try #require(CurrentUser(Fixtures.json("maps-app/me.json")))
    #expect(demo.id == "GOLswS44mh8" && demo.isSuperuser == demo.authorities.contains("ALL"))
    let android = try #require(CurrentUser(Fixtures.json("android-sdk/user/user38.json")))
    #expect(android.username == "android" && android.orgUnits.count == 1)
    #expect(CurrentUser(try Fixtures.json("import-export-app/me.json")) == nil)
  }

  @Test(
    "Failures",
    arguments: [
      ("synthetic/auth_401_basic.json", 401, FailureKind.configuration, "Unauthorized"),
      ("synthetic/auth_401_locked.json", 401, .configuration, "Account locked"),
      ("synthetic/auth_401_pat_expired.json", 401, .configuration, "token has expired"),
      ("synthetic/auth_400_pat_malformed.json", 400, .configuration, "Api token is malformed"),
      ("synthetic/auth_403.json", 403, .configuration, "Access is denied"),
      ("synthetic/proxy_504.html", 504, .transient, "504"),
      ("android-sdk/user/user_unauthorized.json", 401, .configuration, "Unauthorized"),
      ("android-sdk/user/user_disabled.json", 401, .configuration, "disabled"),
      ("android-sdk/user/server-error.json", 500, .transient, "wild internal server error"),
    ])
  func failures(name: String, status: Int, kind: FailureKind, words: String) throws {
    let html: HTTPHeaders = ["Content-Type": name.hasSuffix("html") ? "text/html" : "application/json"]
    let answer = DHIS2Answer(
      HTTPResponse(status: status, headers: html, body: try Fixtures.bytes(name)), operation: "reading",
      server: "x")
    #expect(!answer.isLoginPage && answer.failure.kind == kind)
    #expect(answer.failure.message.contains(words))
  }

  @Test("The way to the login page")
  func loginPage() throws {
    let text = String(decoding: try Fixtures.bytes("synthetic/auth_302_login.http"), as: UTF8.self)
    let status = try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) })
    let answer = DHIS2Answer(HTTPResponse(status: status), operation: "reading", server: "x")
    #expect(answer.isLoginPage && answer.failure.kind == .configuration)
  }

  @Test("Pages of districts with their borders")
  func districts() throws {
    let pages = try (1...3).map { try units("synthetic/organisationUnits_level2_page\($0).json") }
    let all = pages.flatMap(\.units)
    #expect(all.count == 13 && Set(all.map(\.id)).count == 13)
    #expect(pages.map(\.isLast) == [false, false, true] && pages[0].total == 13 && pages[0].pageCount == 3)
    #expect(kinds(all) == ["Polygon": 7, "MultiPolygon": 6])
    #expect(
      all.allSatisfy { $0.level == 2 && $0.code?.hasPrefix("OU_") == true && $0.parent == "ImspTQPwCqd" })
    let end = try units("synthetic/organisationUnits_page_past_end.json")
    #expect(end.units.isEmpty && end.isLast && end.total == 13)
  }

  @Test("Units with and without geometry, closed ones, and the form before 2.32")
  func unitForms() throws {
    let mixed = try units("synthetic/organisationUnits_mixed_geometry.json").units
    #expect(kinds(mixed) == ["none": 2, "Point": 1, "GeometryCollection": 1])
    #expect(mixed[2].closedDate?.description == "2020-12-31" && mixed[0].parent == nil)
    let old = try JSONReader.read(
      Fixtures.bytes("android-sdk/organisationunit/organisation_unit_with_feature_type_and_coordinates.json")
    ) { try OrgUnit(reading: &$0) }
    #expect(
      old.geometry.map { String(decoding: $0, as: UTF8.self) }
        == #"{"type":"Point","coordinates":[-11.6677,8.4165]}"#)
    #expect(old.closedDate?.description == "1971-01-01" && old.level == 4 && old.parent == "npWGUj37qDe")
    let new = try JSONReader.read(Fixtures.bytes("android-sdk/organisationunit/organisation_unit.json")) {
      try OrgUnit(reading: &$0)
    }
    #expect(new.id == "FLjwMPWLrL2" && new.geometry != nil && new.name == "Baomahun CHC")
    let several = try units("android-sdk/organisationunit/organisation_units.json").units
    #expect(several.first?.code == "OU_539" && several.allSatisfy { $0.path.hasSuffix($0.id) })
    #expect(try units("android-sdk/organisationunit/admin_organisation_units.json").units.first?.level == 4)
    #expect(try units("maps-app/organisationUnits_root_children.json").units.map(\.name) == ["Sierra Leone"])
    #expect(try units("import-export-app/orgUnitsRoot.json").units.map(\.level) == [1])
    let children = try Fixtures.json("import-export-app/orgUnitsFirstLevel.json")["children"]?.array ?? []
    let firstLevel = try children.map { child in
      try JSONReader.read(child.bytes()) { try OrgUnit(reading: &$0) }
    }
    #expect(firstLevel.count == 13 && firstLevel.allSatisfy { $0.level == 2 })
  }

  @Test("Levels and groups")
  func levels() throws {
    let names = [1: "National", 2: "District", 3: "Chiefdom", 4: "Facility"]
    for name in [
      "maps-app/organisationUnitLevels.json", "android-sdk/organisationunit/organisation_unit_levels.json",
    ] {
      #expect(OrgUnitLevels.names(try Fixtures.json(name)) == names)
    }
    let level = try Fixtures.json("android-sdk/organisationunit/organisation_unit_level.json")
    #expect(OrgUnitLevels.names(["organisationUnitLevels": [level]]) == [1: "National"])
    let groups =
      try Fixtures.json("maps-app/organisationUnitGroups.json")["organisationUnitGroups"]?.array ?? []
    #expect(groups.count > 5 && groups.allSatisfy { UID.isValid($0["id"]?.string ?? "") })
    #expect(
      try Fixtures.json("android-sdk/organisationunit/organisation_unit_group.json")["id"]?.string
        == "CXw2yu5fodb")
  }

  @Test("Maps of units")
  func features() throws {
    let maps = try OrgUnitFeatures.read(geoJSON: Fixtures.bytes("dhis2eo/sierra-leone-districts.geojson"))
    #expect(maps.count == 13 && kinds(maps) == ["Polygon": 7, "MultiPolygon": 6])
    #expect(maps[0].path == "/ImspTQPwCqd/O6uvpzGd5pu" && maps[0].level == 2)
    for name in ["sierra-leone-districts", "sierra-leone-districts-triplets"] {
      let crude = try OrgUnitFeatures.read(geoJSON: Fixtures.bytes("dhis2-core/geojson/\(name).geojson"))
      #expect(crude.count == 15 && kinds(crude) == ["MultiPolygon": 15] && crude[0].code == "KAR")
    }
    let short = try OrgUnitFeatures.read(geoFeatures: Fixtures.bytes("maps-app/geoFeatures_level2.json"))
    #expect(kinds(short) == ["Polygon": 7, "MultiPolygon": 6] && short[0].code == "OU_264")
    #expect(Set(short.map(\.id)) == Set(maps.map(\.id)))
  }

  @Test("Summaries of both engines, wrapped and bare")
  func summaries() throws {
    let old = try summary("synthetic/v242_dataValueSets_409_warning_partial.json")
    #expect(old.status == "WARNING" && old.imported == 2 && old.rejected == [1, 3, 4, 5])
    #expect(old.conflicts.map(\.reason) == [.valueInvalid, .orgUnitNotFound, .periodInFuture])
    #expect(try summary("synthetic/v242_dataValueSets_200_success.json").imported == 3)
    let ignored = try summary("synthetic/v242_dataValueSets_200_unchanged_are_ignored.json")
    #expect(ignored.updated == 1 && ignored.ignored == 2 && ignored.rejected.isEmpty)
    let whole = try summary("synthetic/v242_dataValueSets_409_error_dataset.json")
    #expect(whole.refusesWhole && whole.conflicts[0].reason == .dataSetNotFound)
    let values = try summary("synthetic/v243_dataValueSets_200_warning_value_level.json")
    #expect(values.updated == 2 && values.rejected == [1] && values.conflicts[0].reason == .valueInvalid)
    #expect(!values.conflicts[0].refusesGroup)
    #expect(try summary("synthetic/v243_dataValueSets_200_success.json").updated == 3)
    let group = try summary("synthetic/v243_dataValueSets_409_error_group_rejected_E8022.json")
    #expect(group.conflicts[0].refusesGroup && group.conflicts[0].quoted.contains("g8upMTyEZGZ"))
    let several = try Fixtures.json("synthetic/v243_dataValueSets_409_E8002_multiple_datasets.json")
    #expect(ImportSummary(several) == nil)
    #expect(ImportReason(code: several["errorCode"]?.string) == .dataSetNotDetected)
    #expect(try summary("synthetic/task_summary.json").imported == 100)
    #expect(try summary("import-export-app/dataImportSummaries.json").status == "SUCCESS")
    #expect(try summary("android-sdk/datavalueset/data_value_set_success.json").updated == 3)
    let warning = try summary("android-sdk/datavalueset/data_value_set_warning.json")
    #expect(warning.conflicts[0].object == "40L" && warning.rejected.isEmpty && warning.ignored == 1)
    let expired = try summary("android-sdk/datavalueset/data_value_set_warning_expired_period.json")
    #expect(expired.conflicts.map(\.object) == ["202104", "202103"] && expired.ignored == 2)
    #expect(
      try summary("android-sdk/imports/data_value_import_summary_web_response.json").status == "SUCCESS")
    let conflict = ImportSummary.Conflict(try Fixtures.json("android-sdk/imports/import_conflict.json"))
    #expect(conflict.indexes == [2, 7] && conflict.reason == .valueInvalid)
    let count = try #require(
      ImportSummary([
        "status": "WARNING", "importCount": try Fixtures.json("android-sdk/imports/import_count.json"),
      ]))
    #expect(count.ignored == 1)
  }

  @Test("Jobs and their notes")
  func jobs() throws {
    for (name, id) in [
      ("synthetic/async_accepted_242.json", "YR1UxOUXmzT"),
      ("import-export-app/dataImportUpload.json", "VSvRqiTbZFw"),
    ] {
      let job = try #require(JobTicket(Fixtures.json(name)))
      #expect(job.id == id && job.type == "DATAVALUE_IMPORT")
    }
    #expect(
      JobTicket(try Fixtures.json("import-export-app/metadataImportUpload.json"))?.type == "METADATA_IMPORT")
    #expect(
      JobTicket(try Fixtures.json("android-sdk/imports/tracker-importer/job_response.json"))?.id
        == "LkXBUdIgbe3")
    #expect(JobState(notes: try Fixtures.json("synthetic/task_not_started.json")) == .notStarted)
    #expect(JobState(notes: try Fixtures.json("synthetic/task_running.json")) == .running)
    for name in [
      "synthetic/task_completed.json", "import-export-app/dataImportTasks.json",
      "import-export-app/metadataImportTasks.json",
      "android-sdk/imports/tracker-importer/job_response_completed.json",
    ] { #expect(JobState(notes: try Fixtures.json(name)) == .completed, "\(name)") }
  }

  @Test("Answers to metadata")
  func metadata() throws {
    let fine = MetadataReport(try Fixtures.json("synthetic/metadata_200_ok.json"))
    #expect(fine.isOK && fine.created == 2 && fine.updated == 1)
    let bad = MetadataReport(try Fixtures.json("synthetic/metadata_409_error.json"))
    #expect(!bad.isOK && bad.errors.map(\.code) == ["E5003", "E4000", "E5002"])
    #expect(
      bad.errors.map(\.uid) == ["aB1CdEfGhIj", "bB1CdEfGhIj", "cB1CdEfGhIj"]
        && bad.errors[0].property == "shortName")
    for name in [
      "synthetic/create_201.json", "java-client/response/object-response.json",
      "java-client/response/objects-response.json", "import-export-app/metadataImportSummaries.json",
    ] { #expect(MetadataReport(try Fixtures.json(name)).isOK, "\(name)") }
    let gml = MetadataReport(try Fixtures.json("import-export-app/gmlImportUpload.json"))
    #expect(!gml.isOK && gml.problems.first?.hasPrefix("E7010: ") == true)
  }

  @Test("Data sets and data elements")
  func dataSets() throws {
    func read(_ value: JSONValue) throws -> DataSetDetails {
      try JSONReader.read(value.bytes()) { try DataSetDetails(reading: &$0) }
    }
    let one = try read(try Fixtures.json("android-sdk/dataset/data_set.json"))
    #expect(one.id == "lyLU2wR22tC" && one.periodType == .monthly && one.mayWriteData)
    for name in ["android-sdk/dataset/data_sets.json", "import-export-app/dataSets.json"] {
      let sets = try (Fixtures.json(name)["dataSets"]?.array ?? []).map(read)
      #expect(!sets.isEmpty && sets.allSatisfy { UID.isValid($0.id) && $0.name != $0.id }, "\(name)")
    }
    let bundle = try Fixtures.json("dhis2-core/metadata/e2e_aggregate_metadata.json")
    let sets = try (bundle["dataSets"]?.array ?? []).map(read)
    #expect(
      Dictionary(sets.map { ($0.id, $0.periodType) }) { $1 } == [
        "qNtxTrp56wV": .yearly, "VEM58nY22sO": .monthly,
      ])
    #expect(sets.reduce(0) { $0 + $1.elements.count } > 0 && bundle["dataElements"]?.array?.count == 75)
    let period = try Fixtures.json("android-sdk/dataset/data_input_period.json")
    let withPeriod = try read(["id": "lyLU2wR22tC", "dataInputPeriods": [period]])
    #expect(withPeriod.inputPeriods.map(\.period) == ["201801"])
    #expect(withPeriod.inputPeriods[0].closing?.description == "2018-01-09")
    for name in [
      "android-sdk/dataelement/data_element.json", "java-client/metadata/data-element-coffee-bag.json",
    ] {
      #expect(try Fixtures.json(name)["valueType"]?.string != nil || Fixtures.json(name)["name"] != nil)
    }
    let elements =
      try Fixtures.json("android-sdk/dataelement/data_elements.json")["dataElements"]?.array ?? []
    let set = try read([
      "id": "lyLU2wR22tC", "dataSetElements": .array(elements.map { ["dataElement": $0] }),
    ])
    #expect(set.elements.count == elements.count && set.elements["jDx8LZlznYu"]?.valueType == "NUMBER")
    let setup = try Fixtures.json("dhis2-core/metadata/e2e_setup_metadata.json")
    let units = try (setup["organisationUnits"]?.array ?? []).map { unit in
      try JSONReader.read(unit.bytes()) { try OrgUnit(reading: &$0) }
    }
    #expect(units.count == 5 && kinds(units)["Polygon"] == 2 && kinds(units)["Point"] == 1)
  }

  @Test("Completeness")
  func completeness() throws {
    let one = try #require(
      CompletenessRegistration(Fixtures.json("android-sdk/dataset/data_set_complete_registration.json")))
    #expect(
      one
        == .init(
          dataSet: "BfMAe6Itzgt", period: "201703", orgUnit: "DiszpKrYNg8",
          attributeOptionCombo: "HllvX50cXC0"))
    #expect(
      CompletenessRegistration(
        try Fixtures.json("android-sdk/dataset/data_set_complete_registration_with_completed.json"))?
        .isComplete == false)
    for name in [
      "android-sdk/dataset/data_set_complete_registrations.json",
      "java-client/metadata/complete-data-set-registration.json",
    ] {
      let list = try Fixtures.json(name)["completeDataSetRegistrations"]?.array ?? []
      #expect(
        list.compactMap(CompletenessRegistration.init(_:)).count == list.count && !list.isEmpty, "\(name)")
    }
  }

  @Test("Analytics")
  func analytics() throws {
    let table = try #require(AnalyticsTable(Fixtures.json("maps-app/analytics_data.json")))
    #expect(table.columns.prefix(4) == ["dx", "ou", "pe", "value"] && table.rows.count == 12)
    #expect(table.column("value")?.allSatisfy { Double($0) != nil } == true && table.column("none") == nil)
    #expect(AnalyticsTable(try Fixtures.json("maps-app/analytics_meta.json")) == nil)
  }

  @Test("No payload is left unread")
  func all() throws {
    // Read above or by the tests of data values, by name or in a loop; what the connector has no use for is read as JSON.
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let source = try ["FixtureTests.swift", "DataValueFixtureTests.swift"]
      .map { try String(contentsOf: folder.appending(path: $0), encoding: .utf8) }.joined()
    for name in try Fixtures.names() {
      let file = String(name.split(separator: "/").last ?? "")
      if ["LICENSE", "SOURCES.md"].contains(file) || file.hasSuffix(".nc") { continue }
      let stem = file.split(separator: ".").first.map(String.init) ?? file
      let tail = stem.split(separator: "_").last.map(String.init) ?? stem
      let isNamed =
        source.contains(stem) || source.contains("\"\(tail)\"")
        || stem.hasPrefix("organisationUnits_level2_page")
        || stem.hasPrefix("dataValueSet") || source.contains(stem.replacing("data_values_", with: ""))
        || source.contains("\"\(stem)\"")
      if !isNamed {
        #expect(file.hasSuffix(".json"), "\(name) is read by no test")
        #expect(try Fixtures.json(name).object != nil, "\(name)")
      }
    }
  }
}
