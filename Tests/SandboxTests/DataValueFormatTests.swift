import JSON
import Sandbox
import Testing

extension Sandbox {
  /// A data value import in a form of its own.
  func post(_ text: String, as type: String?, _ query: String = "", user: String? = nil) async throws
    -> Answer
  {
    var headers = ["Authorization": basic(user)]
    headers["Content-Type"] = type
    return try await Wire.ask(
      "POST", port: port, "/dhis2/api/dataValueSets" + query, headers: headers, body: Array(text.utf8))
  }

  /// Rows of the data set that ``prepare`` makes.
  func post(_ rows: [JSONValue], _ query: String = "", user: String? = nil) async throws -> Answer {
    try await post("TestDataSet", rows, query, user: user)
  }

  func post(_ set: String?, _ rows: [JSONValue], _ query: String = "", user: String? = nil) async throws
    -> Answer
  {
    var body: JSONObject = ["dataValues": .array(rows)]
    body["dataSet"] = set.map { .string($0) }
    return try await dhis2("POST", "dataValueSets" + query, .object(body), user: user)
  }

  /// The ids of the units of a level.
  func units(_ level: Int = 3) -> [String] { orgUnits().filter { $0.level == level }.map(\.id) }
}

extension Answer {
  var counts: JSONValue? { json["response"]?["importCount"] }
  var conflicts: [JSONValue] { json["response"]?["conflicts"]?.array ?? [] }
  var codes: [String] { conflicts.compactMap { $0["errorCode"]?.string } }
}

@Suite struct DataValueFormatTests {
  @Test(arguments: [DHIS2Version.v2_40, .v2_42, .v2_43, .v2_44])
  func csvInTheOldOrderWithTheNewNamesGoesEverywhere(version: DHIS2Version) async throws {
    try await withSandbox {
      $0.dhis2Version = version
    } _: { sandbox in
      try await sandbox.prepare()
      let units = sandbox.units()
      let text = """
        dataElement,period,orgUnit,categoryOptionCombo,attributeOptionCombo,value,storedBy,lastUpdated,comment,followUp,deleted
        TestElemOne,202607,\(units[0]),,,"1.5",,,"a, ""b"" c",true,
        TestElemTwo,202606,\(units[1]),HllvX50cXC0,HllvX50cXC0,2,,,,,
        """
      let answer = try await sandbox.post(text, as: "application/csv", "?dataSet=TestDataSet")
      #expect(answer.status == 200)
      let values = await sandbox.dataValues()
      #expect(values.map(\.value) == ["1.5", "2"])
      #expect(values.map(\.comment) == ["a, \"b\" c", nil])
      #expect(values.map(\.period) == ["202607", "202606"])
    }
  }

  @Test func upTo242ColumnsCountByPlaceAndTheHeaderMayBeMissing() async throws {
    try await withSandbox { sandbox in
      try await sandbox.prepare()
      let unit = sandbox.units()[0]
      let swapped = "period,dataElement,orgUnit,a,b,value\nTestElemOne,202607,\(unit),,,1\r\n"
      #expect(try await sandbox.post(swapped, as: "application/csv").status == 200)
      let bare = "TestElemOne,202606,\(unit),,,2\n\n"
      #expect(try await sandbox.post(bare, as: "application/csv", "?firstRowIsHeader=false").status == 200)
      #expect(await sandbox.dataValues().map(\.value) == ["2", "1"])
    }
  }

  @Test func from243ColumnsCountByNameAndTheHeaderMustBeThere() async throws {
    try await withSandbox {
      $0.dhis2Version = .v2_43
    } _: { sandbox in
      try await sandbox.prepare()
      let unit = sandbox.units()[0]
      let mixed = "VALUE,Period,orgunit,dataElement\n1,202607,\(unit),TestElemOne\n"
      #expect(try await sandbox.post(mixed, as: "application/csv").status == 200)
      let old = "dataelelement,period,orgunit,x,y,value\nTestElemOne,202607,\(unit),,,1\n"
      let refused = try await sandbox.post(old, as: "application/csv")
      #expect(refused.status == 400)
      #expect(refused.json["errorCode"] == "E8102")
      let bare = try await sandbox.post(
        "TestElemOne,202606,\(unit),,,2", as: "application/csv", "?firstRowIsHeader=false")
      #expect(bare.status == 500)
      #expect(await sandbox.dataValues().count == 1)
    }
  }

  @Test(arguments: [DHIS2Version.v2_41, .v2_43]) func xmlIsTaken(version: DHIS2Version) async throws {
    try await withSandbox {
      $0.dhis2Version = version
    } _: { sandbox in
      try await sandbox.prepare()
      let units = sandbox.units()
      let text = """
        <?xml version="1.0"?>
        <!-- two values -->
        <d:dataValueSet xmlns:d="http://dhis2.org/schema/dxf/2.0" dataSet="TestDataSet" period="202607">
          <d:dataValue dataElement="TestElemOne" orgUnit="\(units[0])" value="1" comment="&lt;a&#x26;b&gt;"/>
          <d:dataValue dataElement='TestElemOne' orgUnit='\(units[1])' value='x'></d:dataValue>
        </d:dataValueSet>
        """
      let answer = try await sandbox.post(text, as: "application/xml;charset=UTF-8")
      #expect(answer.status == (version < .v2_43 ? 409 : 200))
      #expect(answer.json["response"]?["rejectedIndexes"] == [1])
      #expect(await sandbox.dataValues().map(\.comment) == ["<a&b>"])
      let broken = try await sandbox.post("<dataValueSet><dataValue></dataValueSet>", as: "application/xml")
      #expect(broken.status == (version < .v2_43 ? 409 : 400))
      let doctype = "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><dataValueSet/>"
      #expect(try await sandbox.post(doctype, as: "application/xml").status >= 400)
    }
  }

  @Test(arguments: [DHIS2Version.v2_40, .v2_43]) func adxNamesThingsByCode(version: DHIS2Version) async throws
  {
    try await withSandbox {
      $0.dhis2Version = version
    } _: { sandbox in
      try await sandbox.prepare(codes: true)
      let coded = sandbox.orgUnits().filter { $0.level == 3 }.prefix(2).compactMap(\.code)
      #expect(coded.count == 2)
      let text = """
        <adx xmlns="urn:ihe:qrph:adx:2015" exported="2026-08-20T12:00:00Z">
          <group dataSet="SET" orgUnit="\(coded[0])" period="2026-07-01/P1M"><dataValue dataElement="ONE" value="1"/></group>
          <group dataSet="SET" orgUnit="\(coded[1])" period="2026-06-01/P1M">
            <dataValue dataElement="ONE" value="2"/><dataValue dataElement="TWO" value="y"/>
          </group>
        </adx>
        """
      let answer = try await sandbox.post(text, as: "application/adx+xml")
      // Rows are counted through all groups.
      #expect(answer.json["response"]?["rejectedIndexes"] == [2])
      #expect(await sandbox.dataValues().map(\.period) == ["202606", "202607"])
      let noMonth = text.replacing("2026-07-01", with: "2026-07-02")
      #expect(
        try await sandbox.post(noMonth, as: "application/adx+xml").status == (version < .v2_43 ? 409 : 400))
    }
  }

  @Test(arguments: ["text/csv", "application/x-www-form-urlencoded", "text/plain", nil])
  func otherTypesAreNotSupported(type: String?) async throws {
    try await withSandbox { sandbox in
      let answer = try await sandbox.post("{\"dataValues\":[]}", as: type)
      #expect(answer.status == 415)
      #expect(answer.json["httpStatus"] == "Unsupported Media Type")
    }
  }

  @Test func namesMayBeCodesNamesOrAttributes() async throws {
    try await withSandbox { sandbox in
      try await sandbox.prepare(codes: true)
      let unit = try #require(sandbox.orgUnits().first { $0.level == 3 })
      let code = try #require(unit.code)
      let mixed = try await sandbox.post(
        "SET", [row("ONE", "202607", code, "1"), row("ONE", "202607", "NO_SUCH", "2")], "?idScheme=CODE")
      #expect(mixed.codes == ["E7612"])
      #expect(mixed.conflicts[0]["value"] == "Organisation unit not found or not accessible: `NO_SUCH`")
      let byName = try await sandbox.post(
        [row("Element Two", "202607", unit.id, "3")], "?dataElementIdScheme=name")
      #expect(byName.status == 200)
      // What the payload says wins over the query.
      let body: JSONValue = [
        "dataElementIdScheme": "ATTRIBUTE:AttributeUI",
        "dataValues": [row("attr-Six", "202607", unit.id, "4")],
      ]
      let byAttribute = try await sandbox.dhis2("POST", "dataValueSets?dataElementIdScheme=CODE", body)
      #expect(byAttribute.status == 200)
      #expect(await sandbox.dataValues().map(\.dataElement) == ["TestElemOne", "TestElemSix", "TestElemTwo"])
      // A UID is no code.
      let uid = try await sandbox.post(
        nil, [row("TestElemOne", "202607", unit.id, "5")], "?dataElementIdScheme=CODE")
      #expect(uid.codes == ["E7610"])
      #expect(try await sandbox.post([], "?idScheme=NUMBER").status == 400)
    }
  }

  @Test func from243AnUnknownCodeRefusesTheRequest() async throws {
    try await withSandbox {
      $0.dhis2Version = .v2_43
    } _: { sandbox in
      try await sandbox.prepare(codes: true)
      let code = try #require(sandbox.orgUnits().first { $0.level == 3 }?.code)
      let good = row("ONE", "202607", code, "1")
      #expect(try await sandbox.post("SET", [good], "?idScheme=CODE").status == 200)
      for (bad, expected) in [
        (row("NINE", "202607", code, "1"), "E8103"), (row("ONE", "202607", "X", "1"), "E8107"),
      ] {
        let answer = try await sandbox.post("SET", [good, bad], "?idScheme=CODE")
        #expect(answer.status == 400)
        #expect(answer.json["errorCode"]?.string == expected)
        #expect(answer.json["message"]?.string?.hasPrefix("Value #1 ") == true)
      }
    }
  }

  @Test func gzipIsKnownByItsFirstBytes() async throws {
    try await withSandbox { sandbox in
      try await sandbox.prepare()
      let body: JSONValue = ["dataValues": [row("TestElemOne", "202607", sandbox.units()[0], "1")]]
      func ask(_ bytes: [UInt8]) async throws -> Answer {
        try await Wire.ask(
          "POST", port: sandbox.port, "/dhis2/api/dataValueSets",
          headers: ["Authorization": sandbox.basic(), "Content-Type": "application/json"], body: bytes)
      }
      let packed = gzip(body.bytes())
      #expect(try await ask(packed).status == 200)
      #expect(await sandbox.dataValues().count == 1)
      #expect(try await ask(Array(packed.dropLast(9))).status == 409)
    }
  }

  @Test func aBodyBeyondTheLimitMeetsTheProxy() async throws {
    try await withSandbox {
      $0.bodyLimit = 2000
    } _: { sandbox in
      let body = "{\"dataValues\":[]}" + String(repeating: " ", count: 2000)
      let answer = try await sandbox.post(body, as: "application/json")
      #expect(answer.status == 413)
      #expect(answer.headers["content-type"] == "text/html")
      #expect(answer.text.contains("<center><h1>413 Request Entity Too Large</h1></center>"))
      #expect(try await sandbox.post("{\"dataValues\":[]}", as: "application/json").status == 200)
    }
  }
}
