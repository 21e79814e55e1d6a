import CZlib
import JSON
import Sandbox
import Testing

@Suite struct DataValueReadTests {
  private func filled(_ version: DHIS2Version, _ body: (Sandbox, [String]) async throws -> Void) async throws
  {
    try await withSandbox {
      $0.dhis2Version = version
    } _: { sandbox in
      try await sandbox.prepare()
      let units = Array(sandbox.orgUnits().filter { $0.level == 3 }.map(\.id).prefix(2))
      let rows = units.map { row("TestElemOne", "202607", $0, "1.5") }
      #expect(
        try await sandbox.dhis2(
          "POST", "dataValueSets", ["dataSet": "TestDataSet", "dataValues": .array(rows)]
        ).status == 200)
      try await body(sandbox, units)
    }
  }

  @Test func olderReleasesRepeatEverythingInEveryValue() async throws {
    try await filled(.v2_42) { sandbox, units in
      let answer = try await sandbox.dhis2(
        "dataValueSets.json?dataSet=TestDataSet&period=202607&children=true&orgUnit=\(sandbox.orgUnits()[0].id)"
      )
      #expect(answer.json.object?.keys == ["dataValues"])
      let values = answer.json["dataValues"]?.array ?? []
      #expect(Set(values.compactMap { $0["orgUnit"]?.string }) == Set(units))
      #expect(values.allSatisfy { $0["period"] == "202607" && $0["attributeOptionCombo"] == "HllvX50cXC0" })
      #expect(values.first?["created"] == "2026-08-20T12:00:00.000+0000")
      #expect(values.first?["followup"] == false)
    }
  }

  @Test func newerReleasesWriteWhatIsSharedOnce() async throws {
    try await filled(.v2_43) { sandbox, units in
      let root = sandbox.orgUnits()[0].id
      let several = try await sandbox.dhis2(
        "dataValueSets?dataSet=TestDataSet&period=202607&children=true&orgUnit=\(root)")
      #expect(several.json["period"] == "202607")
      #expect(several.json["dataSet"] == "TestDataSet")
      #expect(several.json["orgUnit"] == nil)
      #expect(several.json["dataValues"]?[0]?["period"] == nil)
      #expect(several.json["dataValues"]?[0]?["orgUnit"] != nil)
      let one = try await sandbox.dhis2("dataValueSets?dataSet=TestDataSet&period=202607&orgUnit=\(units[0])")
      #expect(one.json["orgUnit"]?.string == units[0])
      #expect(one.json["dataValues"]?.array?.count == 1)
    }
  }

  @Test(arguments: [DHIS2Version.v2_40, .v2_42, .v2_43])
  func unitsForDataViewDecideUpTo242(version: DHIS2Version) async throws {
    try await filled(version) { sandbox, _ in
      func code(_ user: String) async throws -> String? {
        let answer = try await sandbox.dhis2(
          "dataValueSets.json?dataSet=TestDataSet&period=202607&orgUnit=\(sandbox.orgUnits()[0].id)",
          user: user)
        return answer.status == 200 ? nil : answer.json["errorCode"]?.string
      }
      let admin = try await code(sandbox.dhis2AdminUsername)
      let viewer = try await code(sandbox.dhis2ViewerUsername)
      let regional = try await code(sandbox.dhis2RegionalUsername)
      #expect(admin == nil && regional == "E2012")
      #expect(viewer == (version < .v2_43 ? "E2012" : nil))
    }
  }

  @Test func filtersAreRequiredAndNothingIsAnEmptyObject() async throws {
    try await filled(.v2_42) { sandbox, units in
      func code(_ query: String) async throws -> String? {
        let answer = try await sandbox.dhis2("dataValueSets.json?" + query)
        #expect(answer.status == 409)
        return answer.json["errorCode"]?.string
      }
      #expect(try await code("period=202607&orgUnit=\(units[0])") == "E2001")
      #expect(try await code("dataSet=TestDataSet&orgUnit=\(units[0])") == "E2002")
      #expect(try await code("dataSet=TestDataSet&period=202607") == "E2006")
      let none = try await sandbox.dhis2(
        "dataValueSets.json?dataElement=TestElemOne&period=202001&orgUnit=\(units[0])")
      #expect(none.status == 200)
      #expect(none.json == [:])
      let dated = try await sandbox.dhis2(
        "dataValueSets.json?dataElement=TestElemOne&startDate=2026-07-01&endDate=2026-07-31&orgUnit=\(units[0])"
      )
      #expect(dated.json["dataValues"]?.array?.count == 1)
    }
  }

  @Test func bodiesMayBeGzipAndMayNotBeTooLong() async throws {
    try await withSandbox {
      $0.bodyLimit = 5000
    } _: { sandbox in
      try await sandbox.prepare()
      let unit = sandbox.orgUnits()[0].id
      let rows = JSONValue.array(
        (1...120).map {
          row("TestElemOne", "\(2000 + $0 / 12)\($0 % 12 < 9 ? "0" : "")\($0 % 12 + 1)", unit, "1")
        })
      let body: JSONValue = ["dataValues": rows]
      let long = try await sandbox.dhis2("POST", "dataValueSets", body)
      #expect(long.status == 413)
      #expect(long.text.contains("413 Request Entity Too Large"))
      let packed = try await Wire.ask(
        "POST", port: sandbox.port, "/dhis2/api/dataValueSets",
        headers: ["Authorization": sandbox.basic(), "Content-Type": "application/json"],
        body: gzip(body.bytes()))
      #expect(packed.status == 200)
      #expect(packed.json["response"]?["importCount"]?["imported"] == 120)
    }
  }

  @Test func completenessIsRegisteredReadAndTakenBack() async throws {
    try await filled(.v2_42) { sandbox, units in
      func register(_ unit: String) async throws -> Answer {
        let entry: JSONValue = [
          "dataSet": "TestDataSet", "period": "202607", "organisationUnit": .string(unit), "completed": true,
        ]
        return try await sandbox.dhis2(
          "POST", "completeDataSetRegistrations", ["completeDataSetRegistrations": [entry]])
      }
      #expect(try await register(units[0]).json["response"]?["importCount"]?["imported"] == 1)
      #expect(try await register(units[0]).json["response"]?["importCount"]?["updated"] == 1)
      let refused = try await register("notAnOrgUnt")
      #expect(refused.status == 409)
      #expect(refused.json["response"]?["conflicts"]?[0]?["errorCode"] == nil)
      let query =
        "completeDataSetRegistrations?dataSet=TestDataSet&period=202607&children=true&orgUnit=\(sandbox.orgUnits()[0].id)"
      let read = try await sandbox.dhis2(query)
      #expect(read.json["completeDataSetRegistrations"]?[0]?["organisationUnit"]?.string == units[0])
      let gone = try await sandbox.dhis2(
        "DELETE", "completeDataSetRegistrations?ds=TestDataSet&pe=202607&ou=\(units[0])")
      #expect(gone.status == 204)
      #expect(try await sandbox.dhis2(query).json == [:])
    }
  }
}

/// The bytes as gzip, by zlib.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
  var stream = z_stream()
  deflateInit2_(
    &stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
    Int32(MemoryLayout<z_stream>.size))
  defer { deflateEnd(&stream) }
  var source = bytes
  let capacity = bytes.count + 100
  return [UInt8](unsafeUninitializedCapacity: capacity) { output, filled in
    source.withUnsafeMutableBufferPointer { input in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(input.count)
      stream.next_out = output.baseAddress
      stream.avail_out = UInt32(capacity)
      deflate(&stream, Z_FINISH)
    }
    filled = capacity - Int(stream.avail_out)
  }
}
