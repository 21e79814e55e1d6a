import JSON
import Sandbox
import Testing

/// The answers have the members of the documented ones, no more and no fewer.
@Suite(.enabled(if: Fixtures.arePresent)) struct FixtureShapeTests {
  private func expect(
    _ answer: Answer, like name: String, besides extra: Set<String> = [],
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    let documented = try Fixtures.json("dhis2/synthetic/\(name).json")
    let (ours, theirs) = (answer.json.paths(), documented.paths())
    #expect(ours.subtracting(theirs).subtracting(extra) == [], "\(name): too much", sourceLocation: location)
    #expect(theirs.subtracting(ours).subtracting(extra) == [], "\(name): missing", sourceLocation: location)
    for member in ["httpStatus", "httpStatusCode", "status", "message", "errorCode"]
    where name != "metadata_200_ok" {
      guard documented[member]?.string?.contains("`") != true else { continue }
      #expect(answer.json[member] == documented[member], "\(name).\(member)", sourceLocation: location)
    }
  }

  @Test func dataValueImportsOf242() async throws {
    try await withSandbox { sandbox in
      try await sandbox.prepare()
      let unit = sandbox.orgUnits()[7].id
      func post(_ set: String, _ rows: JSONValue...) async throws -> Answer {
        try await sandbox.dhis2(
          "POST", "dataValueSets", ["dataSet": .string(set), "dataValues": .array(rows)])
      }
      try expect(
        try await post("TestDataSet", row("TestElemOne", "202607", unit, "1")),
        like: "v242_dataValueSets_200_success")
      try expect(
        try await post(
          "TestDataSet", row("TestElemOne", "202607", unit, "1"), row("TestElemTwo", "202607", unit, "2")),
        like: "v242_dataValueSets_200_unchanged_are_ignored")
      try expect(try await post("NoDataSet00"), like: "v242_dataValueSets_409_error_dataset")
      try expect(
        try await post(
          "TestDataSet", row("TestElemOne", "202607", unit, "x"),
          row("TestElemOne", "202607", "notAnOrgUnt", "1"),
          row("TestElemOne", "203012", unit, "1")), like: "v242_dataValueSets_409_warning_partial")
    }
  }

  @Test func dataValueImportsOf243() async throws {
    try await withSandbox {
      $0.dhis2Version = .v2_43
    } _: { sandbox in
      try await sandbox.prepare()
      let unit = try #require(sandbox.orgUnits().first { $0.level == 3 }).id
      func post(_ rows: JSONValue...) async throws -> Answer {
        try await sandbox.dhis2("POST", "dataValueSets", ["dataValues": .array(rows)])
      }
      try expect(
        try await post(row("TestElemOne", "202607", unit, "1")), like: "v243_dataValueSets_200_success")
      try expect(
        try await post(row("TestElemOne", "202607", unit, "1"), row("TestElemTwo", "202607", unit, "1e-7")),
        like: "v243_dataValueSets_200_warning_value_level")
      try expect(
        try await post(row("TestElemOne", "202607", sandbox.orgUnits()[0].id, "1")),
        like: "v243_dataValueSets_409_error_group_rejected_E8022")
      let second: JSONValue = [
        "dataSets": [
          [
            "id": "OtherDatSet", "name": "Other", "shortName": "Other", "periodType": "Monthly",
            "dataSetElements": [["dataElement": ["id": "TestElemOne"]]],
          ]
        ]
      ]
      #expect(try await sandbox.dhis2("POST", "metadata", second).status == 200)
      try expect(
        try await post(row("TestElemOne", "202607", unit, "1")),
        like: "v243_dataValueSets_409_E8002_multiple_datasets")
    }
  }

  @Test func metadataAndFailuresAndJobs() async throws {
    try await withSandbox { sandbox in
      let element: JSONObject = [
        "id": "aB1CdEfGhIj", "name": "A", "shortName": "A", "valueType": "NUMBER", "domainType": "AGGREGATE",
        "aggregationType": "AVERAGE",
      ]
      try expect(try await sandbox.dhis2("POST", "dataElements", .object(element)), like: "create_201")
      try expect(
        try await sandbox.dhis2("POST", "metadata", ["dataElements": [.object(element)]]),
        like: "metadata_200_ok")
      var other = element
      other["id"] = "bB1CdEfGhIj"
      try expect(
        try await sandbox.dhis2("POST", "metadata", ["dataElements": [.object(other)]]),
        like: "metadata_409_error")
      try expect(
        try await sandbox.dhis2("POST", "dataValueSets", ["dataValues": []], user: "guest"), like: "auth_403")
      try expect(try await sandbox.dhis2("me", user: "nobody"), like: "auth_401_basic")
      let token = try await Wire.ask(
        port: sandbox.port, "/dhis2/api/me", headers: ["Authorization": "ApiToken x"])
      try expect(token, like: "auth_400_pat_malformed")
      let accepted = try await sandbox.dhis2("POST", "dataValueSets?async=true", ["dataValues": []])
      try expect(accepted, like: "async_accepted_242")
      let endpoint = try #require(accepted.json["response"]?["relativeNotifierEndpoint"]?.string).dropFirst(
        "/api/".count)
      let summary = endpoint.split(separator: "/").suffix(2).joined(separator: "/")
      try expect(try await sandbox.dhis2(String(endpoint)), like: "task_not_started")
      #expect(try await sandbox.dhis2("system/taskSummaries/" + summary).body.isEmpty)
      try expect(try await sandbox.dhis2(String(endpoint)), like: "task_running")
      try expect(try await sandbox.dhis2(String(endpoint)), like: "task_completed")
      try expect(try await sandbox.dhis2("system/taskSummaries/" + summary), like: "task_summary")
    }
  }

  @Test(arguments: [
    (DHIS2Version.v2_40, "2.40.9"), (.v2_41, "2.41.10"), (.v2_42, "2.42.6"), (.v2_43, "2.43.2"),
    (.v2_44, "2.44-SNAPSHOT"),
  ])
  func systemInfo(version: DHIS2Version, number: String) async throws {
    try await withSandbox {
      $0.dhis2Version = version
    } _: { sandbox in
      let answer = try await sandbox.dhis2("system/info")
      let documented = try Fixtures.json("dhis2/synthetic/system_info_\(number).json")
      #expect(documented.paths().subtracting(answer.json.paths()) == [])
      #expect(answer.json["version"] == documented["version"])
      #expect(answer.json["serverDate"] == "2026-08-20T12:00:00.000")
      let me = try await sandbox.dhis2("me")
      #expect(
        try Fixtures.json("dhis2/synthetic/me_etl_user.json").paths().subtracting(me.json.paths()) == [])
    }
  }
}
