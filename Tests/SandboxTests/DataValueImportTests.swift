import JSON
import Sandbox
import Testing

/// A row of a data value import.
func row(_ element: String, _ period: String, _ unit: String, _ value: JSONValue) -> JSONValue {
  ["dataElement": .string(element), "period": .string(period), "orgUnit": .string(unit), "value": value]
}

@Suite struct LegacyDataValueImportTests {
  private func counts(_ answer: Answer) -> JSONValue? { answer.json["response"]?["importCount"] }

  @Test func newThenUnchangedThenChanged() async throws {
    try await withSandbox { sandbox in
      try await sandbox.prepare()
      let units = sandbox.orgUnits().filter { $0.level == 3 }.map(\.id)
      func post(_ values: [String]) async throws -> Answer {
        let rows = zip(units, values).map { row("TestElemOne", "202607", $0, .string($1)) }
        return try await sandbox.dhis2(
          "POST", "dataValueSets", ["dataSet": "TestDataSet", "dataValues": .array(rows)])
      }
      let first = try await post(["1", "2", "3"])
      #expect(first.status == 200)
      #expect(first.json["response"]?["status"] == "SUCCESS")
      #expect(counts(first) == ["imported": 3, "updated": 0, "ignored": 0, "deleted": 0])
      let second = try await post(["1", "2", "4"])
      #expect(counts(second) == ["imported": 0, "updated": 1, "ignored": 2, "deleted": 0])
      #expect(second.json["response"]?["rejectedIndexes"] == [])
      #expect(Set(await sandbox.dataValues().map(\.value)) == ["1", "2", "4"])
    }
  }

  @Test func badRowsAreAConflictGroupedByWhatTheyAreAbout() async throws {
    try await withSandbox { sandbox in
      try await sandbox.prepare()
      let unit = try #require(sandbox.orgUnits().first { $0.level == 3 }).id
      let other = try #require(sandbox.orgUnits().last { $0.level == 3 }).id
      let rows: [JSONValue] = [
        row("TestElemOne", "202607", unit, "1"), row("TestElemOne", "202607", unit, "1e-7"),
        row("TestElemTwo", "202607", unit, "1"), row("TestElemOne", "202607", other, ".5"),
        row("TestElemOne", "202607", "notAnOrgUnt", "1"), row("TestElemOne", "203012", unit, "1"),
        row("NoSuchElemt", "202607", unit, "1"), row("TestElemOne", "2026-13", unit, "1"),
        ["dataElement": "TestElemOne", "period": "202607", "orgUnit": .string(unit)],
      ]
      let answer = try await sandbox.dhis2(
        "POST", "dataValueSets", ["dataSet": "TestDataSet", "dataValues": .array(rows)])
      #expect(answer.status == 409)
      #expect(answer.json["status"] == "WARNING")
      let response = answer.json["response"]
      #expect(counts(answer) == ["imported": 2, "updated": 0, "ignored": 7, "deleted": 0])
      #expect(response?["rejectedIndexes"] == [1, 3, 4, 5, 6, 7, 8])
      let conflicts = response?["conflicts"]?.array ?? []
      #expect(
        conflicts.compactMap { $0["errorCode"]?.string } == [
          "E7619", "E7612", "E7641", "E7610", "E7611", "E7618",
        ])
      let numeric: JSONValue = [
        "object": "TestElemOne", "objects": ["dataElement": "TestElemOne", "value": "value_not_numeric"],
        "value": "Value must match value type of data element `TestElemOne`: `Data value is not numeric`",
        "errorCode": "E7619", "property": "value", "indexes": [1, 3],
      ]
      #expect(conflicts.first == numeric)
      #expect(
        conflicts[2]["value"]
          == "Period: `203012` is after latest open future period: `202608` for data element: `TestElemOne` and data set: `TestDataSet`"
      )
    }
  }

  @Test func anUnknownDataSetRefusesTheWhole() async throws {
    try await withSandbox { sandbox in
      let answer = try await sandbox.dhis2(
        "POST", "dataValueSets", ["dataSet": "BfMAe6Itzgu", "dataValues": [row("a", "202601", "b", "1")]])
      #expect(answer.status == 409)
      #expect(answer.json["status"] == "ERROR")
      #expect(counts(answer) == ["imported": 0, "updated": 0, "ignored": 0, "deleted": 0])
      #expect(answer.json["response"]?["conflicts"]?[0]?["errorCode"] == "E7600")
      #expect(answer.json["response"]?["description"] == "The import process failed: ")
    }
  }

  @Test func insignificantZerosVanishAndTakeOldValuesWithThem() async throws {
    try await withSandbox { sandbox in
      try await sandbox.prepare(zeroIsSignificant: false)
      let unit = try #require(sandbox.orgUnits().first { $0.level == 3 }).id
      func post(_ value: String, _ comment: String? = nil) async throws -> JSONValue? {
        var value = row("TestElemOne", "202607", unit, .string(value)).object ?? [:]
        value["comment"] = comment.map { .string($0) }
        return counts(
          try await sandbox.dhis2("POST", "dataValueSets", ["dataValues": [.object(value)]]))
      }
      #expect(try await post("0.0") == ["imported": 0, "updated": 0, "ignored": 1, "deleted": 0])
      #expect(try await post("0", "why") == ["imported": 0, "updated": 0, "ignored": 1, "deleted": 0])
      #expect(try await post("5") == ["imported": 1, "updated": 0, "ignored": 0, "deleted": 0])
      #expect(try await post("0", "why") == ["imported": 0, "updated": 0, "ignored": 0, "deleted": 1])
      #expect(await sandbox.dataValues().isEmpty)
      // What was deleted is there for the check of zeros, and not for the one of what exists.
      #expect(try await post("0") == ["imported": 1, "updated": 0, "ignored": 0, "deleted": 0])
    }
  }

  @Test func aTextOfZeroIsNoZero() async throws {
    try await withSandbox { sandbox in
      try await sandbox.prepare(zeroIsSignificant: false, valueType: "TEXT")
      let unit = try #require(sandbox.orgUnits().first { $0.level == 3 }).id
      let answer = try await sandbox.dhis2(
        "POST", "dataValueSets", ["dataValues": [row("TestElemOne", "202607", unit, "0")]])
      #expect(counts(answer)?["imported"] == 1)
      #expect(await sandbox.dataValues().map(\.value) == ["0"])
    }
  }

  @Test func aDryRunCountsAndWritesNothing() async throws {
    try await withSandbox { sandbox in
      try await sandbox.prepare()
      let unit = try #require(sandbox.orgUnits().first { $0.level == 3 }).id
      let answer = try await sandbox.dhis2(
        "POST", "dataValueSets?dryRun=true", ["dataValues": [row("TestElemOne", "202607", unit, "1")]])
      #expect(counts(answer)?["imported"] == 1)
      #expect(answer.json["response"]?["importOptions"]?["dryRun"] == true)
      #expect(await sandbox.dataValues().isEmpty)
    }
  }

  @Test func scopeAndAuthorityAreAsked() async throws {
    try await withSandbox { sandbox in
      try await sandbox.prepare()
      let body: JSONValue = ["dataValues": [row("TestElemOne", "202607", sandbox.orgUnits()[0].id, "1")]]
      #expect(try await sandbox.dhis2("POST", "dataValueSets", body, user: "guest").status == 403)
      let regional = try await sandbox.dhis2(
        "POST", "dataValueSets", body, user: sandbox.dhis2RegionalUsername)
      #expect(regional.json["response"]?["conflicts"]?[0]?["errorCode"] == "E7617")
    }
  }

  @Test func numbersInPlaceOfTextsAreTaken() async throws {
    try await withSandbox { sandbox in
      try await sandbox.prepare()
      let unit = try #require(sandbox.orgUnits().first { $0.level == 3 }).id
      let answer = try await sandbox.dhis2(
        "POST", "dataValueSets", ["dataValues": [row("TestElemOne", "202607", unit, 26.5)]])
      #expect(answer.status == 200)
      #expect(await sandbox.dataValues().map(\.value) == ["26.5"])
    }
  }
}

@Suite struct PipelineDataValueImportTests {
  private func sandbox<Result>(_ body: (Sandbox, [String]) async throws -> Result) async throws -> Result {
    try await withSandbox {
      $0.dhis2Version = .v2_43
    } _: { sandbox in
      try await sandbox.prepare()
      return try await body(sandbox, sandbox.orgUnits().filter { $0.level == 3 }.map(\.id))
    }
  }

  @Test func everythingWrittenCountsAsUpdated() async throws {
    try await sandbox { sandbox, units in
      let body: JSONValue = [
        "dataSet": "TestDataSet", "dataValues": .array(units.map { row("TestElemOne", "202607", $0, "1") }),
      ]
      for _ in 1...2 {
        let answer = try await sandbox.dhis2("POST", "dataValueSets", body)
        #expect(answer.status == 200)
        #expect(
          answer.json["response"]?["importCount"]
            == ["imported": 0, "updated": .integer(units.count), "ignored": 0, "deleted": 0])
        #expect(answer.json["response"]?["description"] == .null)
      }
    }
  }

  @Test func badValuesAreAWarningWithin200() async throws {
    try await sandbox { sandbox, units in
      let rows = [("0.0000001", units[0]), ("1e-7", units[1]), ("2", units[2])].map {
        row("TestElemOne", "202607", $1, .string($0))
      }
      let answer = try await sandbox.dhis2("POST", "dataValueSets", ["dataValues": .array(rows)])
      #expect(answer.status == 200)
      #expect(answer.json["status"] == "WARNING")
      let expected: JSONValue = [
        "objects": ["args": "1-1e-7-NUMBER-value_not_numeric"],
        "value": "Value #1 value `1e-7` is no valid NUMBER: value_not_numeric", "errorCode": "E8122",
        "indexes": [1],
      ]
      #expect(answer.json["response"]?["conflicts"] == [expected])
      #expect(
        answer.json["response"]?["importCount"] == ["imported": 0, "updated": 2, "ignored": 1, "deleted": 0])
    }
  }

  @Test func oneUnassignedUnitRefusesTheGroup() async throws {
    try await sandbox { sandbox, units in
      let stranger = try #require(sandbox.orgUnits().first { $0.level == 4 }).id
      let rows = [units[0], units[1], stranger].map { row("TestElemOne", "202607", $0, "1") }
      let answer = try await sandbox.dhis2(
        "POST", "dataValueSets", ["dataSet": "TestDataSet", "dataValues": .array(rows)])
      #expect(answer.status == 409)
      #expect(answer.json["status"] == "ERROR")
      let conflict = answer.json["response"]?["conflicts"]?[0]
      #expect(conflict?["errorCode"] == "E8022")
      #expect(
        conflict?["value"]?.string == "Data set TestDataSet not usable with org unit(s): `[\(stranger)]`")
      #expect(conflict?["objects"]?["args"]?.string == "TestDataSet-[\(stranger)]")
      #expect(answer.json["response"]?["rejectedIndexes"] == [0, 1, 2])
      #expect(answer.json["response"]?["importCount"]?["ignored"] == 0)
      #expect(await sandbox.dataValues().isEmpty)
    }
  }

  @Test(arguments: [
    ("2026W30", "E8021"), ("203012", "E8030"), ("196901", "E8031"),
  ])
  func periodsOfTheWrongKindRefuseTheGroup(period: String, code: String) async throws {
    try await sandbox { sandbox, units in
      let answer = try await sandbox.dhis2(
        "POST", "dataValueSets", ["dataValues": [row("TestElemOne", period, units[0], "1")]])
      #expect(answer.status == 409)
      #expect(answer.json["response"]?["conflicts"]?[0]?["errorCode"]?.string == code)
    }
  }

  @Test func numbersInPlaceOfTextsAndDuplicatesAreRefused() async throws {
    try await sandbox { sandbox, units in
      let number = try await sandbox.dhis2(
        "POST", "dataValueSets", ["dataValues": [row("TestElemOne", "202607", units[0], 1)]])
      #expect(number.status == 400)
      let twice = row("TestElemOne", "202607", units[0], "1")
      let duplicate = try await sandbox.dhis2("POST", "dataValueSets", ["dataValues": [twice, twice]])
      #expect(duplicate.json["response"]?["conflicts"]?[0]?["errorCode"] == "E8128")
    }
  }

  @Test func aDataSetHasToBeFound() async throws {
    try await sandbox { sandbox, units in
      let second: JSONValue = [
        "dataSets": [
          [
            "id": "OtherDatSet", "name": "Other", "shortName": "Other", "periodType": "Monthly",
            "dataSetElements": [["dataElement": ["id": "TestElemOne"]]],
          ]
        ],
        "dataElements": [
          [
            "id": "LonelyElemt", "name": "Lonely", "shortName": "Lonely", "valueType": "NUMBER",
            "domainType": "AGGREGATE", "aggregationType": "SUM",
          ]
        ],
      ]
      #expect(try await sandbox.dhis2("POST", "metadata", second).status == 200)
      let several = try await sandbox.dhis2(
        "POST", "dataValueSets", ["dataValues": [row("TestElemOne", "202607", units[0], "1")]])
      #expect(several.status == 409)
      #expect(several.json["errorCode"] == "E8002")
      #expect(several.json["response"] == nil)
      let none = try await sandbox.dhis2(
        "POST", "dataValueSets", ["dataValues": [row("LonelyElemt", "202607", units[0], "1")]])
      #expect(none.json["errorCode"] == "E8003")
      let closed = try await sandbox.dhis2(
        "POST", "dataValueSets",
        ["dataSet": "OtherDatSet", "dataValues": [row("TestElemOne", "202607", units[0], "1")]])
      #expect(closed.json["response"]?["conflicts"]?[0]?["errorCode"] == "E8010")
    }
  }
}
