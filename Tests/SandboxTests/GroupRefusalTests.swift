import JSON
import Sandbox
import Testing

/// What 2.43 and later refuse as a group: nothing of it is written, and every row is rejected.
@Suite(.serialized) struct GroupRefusalTests {
  private func refused(
    _ rows: [JSONValue], in sandbox: Sandbox, user: String? = nil, _ code: String, _ message: String,
    _ args: String, _ location: SourceLocation = #_sourceLocation
  ) async throws {
    let answer = try await sandbox.post(rows, user: user)
    #expect(answer.status == 409, sourceLocation: location)
    #expect(answer.json["status"] == "ERROR", sourceLocation: location)
    let expected: JSONValue = [
      "objects": ["args": .string(args)], "value": .string(message), "errorCode": .string(code),
      "indexes": .array(rows.indices.map { .integer($0) }),
    ]
    #expect(answer.conflicts == [expected], sourceLocation: location)
    #expect(
      answer.json["response"]?["rejectedIndexes"] == .array(rows.indices.map { .integer($0) }),
      sourceLocation: location)
    #expect(
      answer.counts == ["imported": 0, "updated": 0, "ignored": 0, "deleted": 0], sourceLocation: location)
  }

  @Test(arguments: [DHIS2Version.v2_43, .v2_44]) func theMessagesListWhatIsAtFault(version: DHIS2Version)
    async throws
  {
    try await withSandbox {
      $0.dhis2Version = version
    } _: { sandbox in
      try await sandbox.prepare(openFuturePeriods: 1)
      let units = sandbox.units()
      let lonely: JSONValue = [
        "dataElements": [
          [
            "id": "LonelyElemt", "name": "Lonely", "shortName": "Lonely", "valueType": "NUMBER",
            "domainType": "AGGREGATE", "aggregationType": "SUM",
          ]
        ]
      ]
      #expect(try await sandbox.dhis2("POST", "metadata", lonely).status == 200)
      func one(_ element: String = "TestElemOne", _ period: String = "202607", _ unit: String? = nil)
        -> JSONValue
      {
        row(element, period, unit ?? units[0], "1")
      }
      let (a, b) = (sandbox.units(4)[0], sandbox.units(4)[1])
      try await refused(
        [one(), one("LonelyElemt")], in: sandbox, "E8020",
        "Data set TestDataSet not usable with data element(s): `[LonelyElemt]`", "TestDataSet-[LonelyElemt]")
      try await refused(
        [
          one(), one("TestElemOne", "202607", a), one("TestElemTwo", "202607", b),
          one("TestElemSix", "202607", a),
        ],
        in: sandbox, "E8022", "Data set TestDataSet not usable with org unit(s): `[\(a), \(b)]`",
        "TestDataSet-[\(a), \(b)]")
      try await refused(
        [one(), one("TestElemOne", "2026W30"), one("TestElemOne", "20260701")], in: sandbox, "E8021",
        "Data set TestDataSet not usable with period(s): `[2026W30, 20260701]`",
        "TestDataSet-[2026W30, 20260701]")
      try await refused(
        [one(), one("TestElemOne", "203012")], in: sandbox, "E8030",
        "Untimely data entry for data set TestDataSet and period(s): `[203012]`", "TestDataSet-[203012]")
      // The unit is not within the back-ticks.
      try await refused(
        [one(), one("TestElemOne", "196901"), one("TestElemOne", "196902")], in: sandbox, "E8031",
        "Untimely data entry for org unit \(units[0]) and period(s): `[196901, 196902]`",
        "\(units[0])-[196901, 196902]")
      try await refused(
        [one(), one("TestElemTwo"), one()], in: sandbox, "E8128",
        "Value #[0, 2] all affect the same data value: `(TestElemOne, \(units[0]), HllvX50cXC0, HllvX50cXC0, 202607)`",
        "[0, 2]-(TestElemOne, \(units[0]), HllvX50cXC0, HllvX50cXC0, 202607)")
      #expect(await sandbox.dataValues().isEmpty)
    }
  }

  @Test func accessIsAskedFirst() async throws {
    try await withSandbox {
      $0.dhis2Version = .v2_43
    } _: { sandbox in
      try await sandbox.prepare()
      let district = try #require(
        try await sandbox.dhis2("me", user: "district").json["organisationUnits"]?[0]?["id"]?.string)
      let other = try #require(sandbox.units().last { $0 != district })
      let rows = [district, other].map { row("TestElemOne", "203012", $0, "1") }
      try await refused(
        rows, in: sandbox, user: "district", "E8011",
        "Current user cannot enter data for org unit(s): `[\(other)]`", "[\(other)]")
      let open = [row("TestElemOne", "202607", district, "1")]
      #expect(try await sandbox.post(open, user: "district").status == 200)
      let closed: JSONValue = [["op": "replace", "path": "/sharing/public", "value": "rw------"]]
      let patched = try await sandbox.dhis2(
        "PATCH", "dataSets/TestDataSet", closed, type: "application/json-patch+json")
      #expect(patched.status == 200)
      try await refused(
        open, in: sandbox, "E8010", "Current user cannot enter data for data set: `TestDataSet`",
        "TestDataSet")
      // Superusers pass, so whoever tests as one learns nothing.
      #expect(try await sandbox.post(open, user: "admin").status == 200)
    }
  }

  @Test func rowsThatCannotBeReadRefuseTheRequest() async throws {
    try await withSandbox {
      $0.dhis2Version = .v2_43
    } _: { sandbox in
      try await sandbox.prepare()
      let unit = JSONValue.string(sandbox.units()[0])
      let cases: [(JSONValue, String)] = [
        (["dataElement": "TestElemOne", "orgUnit": unit, "value": "1"], "E8100"),
        (["period": "202607", "orgUnit": unit, "value": "1"], "E8102"),
        (["dataElement": "short", "period": "202607", "orgUnit": unit, "value": "1"], "E8104"),
        (["dataElement": "TestElemOne", "period": "202607", "value": "1"], "E8105"),
        (["dataElement": "TestElemOne", "period": "202607", "orgUnit": "x", "value": "1"], "E8106"),
        (
          [
            "dataElement": "TestElemOne", "period": "202607", "orgUnit": unit, "value": "1",
            "categoryOptionCombo": "y",
          ], "E8109"
        ),
      ]
      for (bad, code) in cases {
        let answer = try await sandbox.post([row("TestElemOne", "202607", sandbox.units()[1], "1"), bad])
        #expect(answer.status == 400)
        #expect(answer.json["errorCode"]?.string == code)
      }
      #expect(await sandbox.dataValues().isEmpty)
    }
  }

  @Test func atomicMeansAllOrNothing() async throws {
    try await withSandbox {
      $0.dhis2Version = .v2_43
    } _: { sandbox in
      try await sandbox.prepare()
      let rows = [("TestElemOne", "1"), ("TestElemTwo", "x")].map {
        row($0, "202607", sandbox.units()[0], .string($1))
      }
      let answer = try await sandbox.post(rows, "?atomic=true")
      #expect(answer.status == 409)
      #expect(answer.codes == ["E8000"])
      #expect(
        answer.conflicts[0]["value"]
          == "Atomic mode requires all values to be valid but only 1/2 were. First issue: Value #1 value `x` is no valid NUMBER: value_not_numeric"
      )
      #expect(await sandbox.dataValues().isEmpty)
    }
  }

  @Test func theNextReleaseTakesNumbersForTexts() async throws {
    for (version, status) in [(DHIS2Version.v2_43, 400), (.v2_44, 200)] {
      try await withSandbox {
        $0.dhis2Version = version
      } _: { sandbox in
        try await sandbox.prepare()
        #expect(
          try await sandbox.post([row("TestElemOne", "202607", sandbox.units()[0], 26.5)]).status == status)
      }
    }
  }
}

/// Deleting, and values as they are stored.
@Suite struct DeletionTests {
  private func run(
    _ version: DHIS2Version, type: String = "NUMBER", _ body: (Sandbox, String) async throws -> Void
  )
    async throws
  {
    try await withSandbox {
      $0.dhis2Version = version
    } _: { sandbox in
      try await sandbox.prepare(valueType: type)
      try await body(sandbox, sandbox.units()[0])
    }
  }

  @Test func upTo242DeletingWhatIsNotThereIsIgnored() async throws {
    try await run(.v2_42) { sandbox, unit in
      let value = row("TestElemOne", "202607", unit, "1")
      _ = try await sandbox.post([value])
      let gone: JSONValue = ["dataElement": "TestElemOne", "period": "202607", "orgUnit": .string(unit)]
      let first = try await sandbox.post([gone], "?importStrategy=DELETE")
      #expect(first.counts == ["imported": 0, "updated": 0, "ignored": 0, "deleted": 1])
      let again = try await sandbox.post([gone], "?importStrategy=DELETE")
      #expect(again.counts == ["imported": 0, "updated": 0, "ignored": 1, "deleted": 0])
      #expect(await sandbox.dataValues().isEmpty)
      // What was deleted softly keeps the data element from going.
      let element = try await sandbox.dhis2("DELETE", "dataElements/TestElemOne")
      #expect(element.status == 409)
      #expect(element.json["errorCode"] == "E4030")
      let read = "dataValueSets?dataElement=TestElemOne&period=202607&orgUnit=\(unit)"
      #expect(try await sandbox.dhis2(read).json == [:])
      let deleted = try await sandbox.dhis2(read + "&includeDeleted=true")
      #expect(deleted.json["dataValues"]?[0]?["deleted"] == true)
      // Written again, it is new.
      #expect(try await sandbox.post([value]).counts?["imported"] == 1)
    }
  }

  @Test func from243DeletingMakesATombstoneAndARowMarkedDeletedCountsAsUpdated() async throws {
    try await run(.v2_43) { sandbox, unit in
      var gone = row("TestElemOne", "202607", unit, .null)
      let never = try await sandbox.post([gone], "?importStrategy=DELETE")
      #expect(never.counts == ["imported": 0, "updated": 0, "ignored": 0, "deleted": 1])
      let read = "dataValueSets?dataElement=TestElemOne&period=202607&orgUnit=\(unit)&includeDeleted=true"
      #expect(try await sandbox.dhis2(read).json["dataValues"]?[0]?["deleted"] == true)
      _ = try await sandbox.post([row("TestElemOne", "202607", unit, "1")])
      gone = gone.with(["deleted": true])
      let marked = try await sandbox.post([gone])
      #expect(marked.counts == ["imported": 0, "updated": 1, "ignored": 0, "deleted": 0])
      #expect(await sandbox.dataValues().isEmpty)
    }
  }

  @Test func wholeNumbersLoseTheirPointFrom243On() async throws {
    try await run(.v2_42, type: "INTEGER") { sandbox, unit in
      let answer = try await sandbox.post([row("TestElemOne", "202607", unit, "5.0")])
      #expect(answer.codes == ["E7619"])
    }
    try await run(.v2_43, type: "INTEGER") { sandbox, unit in
      let taken = try await sandbox.post([row("TestElemOne", "202607", unit, "5.0")])
      #expect(taken.status == 200)
      #expect(await sandbox.dataValues().map(\.value) == ["5"])
      let refused = try await sandbox.post([row("TestElemOne", "202607", unit, "5.00")])
      #expect(refused.codes == ["E8122"])
    }
  }
}
