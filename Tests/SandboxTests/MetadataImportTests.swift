import JSON
import Sandbox
import Testing

@Suite struct MetadataImportTests {
  private func element(_ id: String, _ name: String) -> JSONValue {
    [
      "id": .string(id), "name": .string(name), "shortName": .string(name), "valueType": "NUMBER",
      "domainType": "AGGREGATE", "aggregationType": "AVERAGE",
    ]
  }

  @Test func whatIsRightIsWrittenAndCounted() async throws {
    try await withSandbox { sandbox in
      let bundle: JSONValue = ["dataElements": [element("aB1CdEfGhIj", "A"), element("bB1CdEfGhIj", "B")]]
      let first = try await sandbox.dhis2("POST", "metadata", bundle)
      #expect(first.status == 200)
      #expect(
        first.json["response"]?["stats"] == [
          "created": 2, "updated": 0, "deleted": 0, "ignored": 0, "total": 2,
        ])
      #expect(first.json["response"]?["typeReports"]?[0]?["klass"] == "org.hisp.dhis.dataelement.DataElement")
      let second = try await sandbox.dhis2("POST", "metadata", bundle)
      #expect(second.json["response"]?["stats"]?["updated"] == 2)
      let read = try await sandbox.dhis2("dataElements/aB1CdEfGhIj?fields=:owner")
      #expect(read.json["categoryCombo"] == ["id": "bjDvmb4bfuf"])
    }
  }

  @Test func validatingWritesNothing() async throws {
    try await withSandbox { sandbox in
      let answer = try await sandbox.dhis2(
        "POST", "metadata?importMode=VALIDATE", ["dataElements": [element("aB1CdEfGhIj", "A")]])
      #expect(answer.json["response"]?["stats"]?["created"] == 1)
      #expect(try await sandbox.dhis2("dataElements/aB1CdEfGhIj").status == 404)
    }
  }

  @Test func oneErrorKeepsAllOutAndIsAWarningOutsideAndAnErrorInside() async throws {
    try await withSandbox { sandbox in
      _ = try await sandbox.dhis2("POST", "metadata", ["dataElements": [element("x9YzAbCdEfG", "ERA5 t2m")]])
      var broken = element("bB1CdEfGhIj", "B").object ?? [:]
      broken["shortName"] = nil
      var dangling = element("cB1CdEfGhIj", "C").object ?? [:]
      dangling["categoryCombo"] = ["id": "nopeNOPE123"]
      var long = element("dB1CdEfGhIj", "D").object ?? [:]
      long["shortName"] = .string(String(repeating: "x", count: 51))
      var badID = element("1B1CdEfGhIj", "E").object ?? [:]
      badID["valueType"] = "FLOAT"
      let bundle: JSONValue = [
        "dataElements": [
          element("aB1CdEfGhIj", "ERA5 t2m"), .object(broken), .object(dangling), .object(long),
          .object(badID),
          element("fB1CdEfGhIj", "Fine"),
        ]
      ]
      let answer = try await sandbox.dhis2("POST", "metadata", bundle)
      #expect(answer.status == 409)
      #expect(answer.json["status"] == "WARNING")
      let response = answer.json["response"]
      #expect(response?["status"] == "ERROR")
      #expect(response?["stats"] == ["created": 0, "updated": 0, "deleted": 0, "ignored": 6, "total": 6])
      let reports = response?["typeReports"]?[0]?["objectReports"]?.array ?? []
      let codes = reports.map { ($0["errorReports"]?.array ?? []).compactMap { $0["errorCode"]?.string } }
      #expect(codes == [["E5003", "E5003"], ["E4000"], ["E5002"], ["E4001"], ["E4014", "E4003"]])
      let unique = reports.first?["errorReports"]?[1]
      #expect(
        unique?["message"]?.string
          == "Property `shortName` with value `ERA5 t2m` on object ERA5 t2m [aB1CdEfGhIj] (DataElement) already exists on object x9YzAbCdEfG"
      )
      #expect(unique?["mainId"] == "x9YzAbCdEfG")
      #expect(try await sandbox.dhis2("dataElements/fB1CdEfGhIj").status == 404)
    }
  }

  @Test func anUpdateReplaces() async throws {
    try await withSandbox { sandbox in
      try await sandbox.prepare()
      let owned = try await sandbox.dhis2("dataSets/TestDataSet?fields=:owner")
      #expect(owned.json["organisationUnits"]?.array?.isEmpty == false)
      #expect(owned.json["sharing"]?["public"] == "rwrw----")
      let again: JSONValue = [
        "dataSets": [["id": "TestDataSet", "name": "Set", "shortName": "Set", "periodType": "Monthly"]]
      ]
      #expect(try await sandbox.dhis2("POST", "metadata?skipSharing=true", again).status == 200)
      let kept = try await sandbox.dhis2("dataSets/TestDataSet?fields=:owner,access")
      #expect(kept.json["organisationUnits"] == [])
      #expect(kept.json["sharing"]?["public"] == "rwrw----")
      #expect(kept.json["access"]?["data"]?["write"] == true)
      #expect(try await sandbox.dhis2("POST", "metadata", again).status == 200)
      let reset = try await sandbox.dhis2("dataSets/TestDataSet?fields=sharing,access")
      #expect(reset.json["sharing"]?["public"] == "rw------")
      #expect(reset.json["access"]?["data"]?["write"] == false)
    }
  }

  @Test func aPatchChangesWhatItNames() async throws {
    try await withSandbox { sandbox in
      try await sandbox.prepare()
      let unit = sandbox.orgUnits()[0].id
      let patch: JSONValue = [
        ["op": "add", "path": "/organisationUnits/-", "value": ["id": .string(unit)]],
        ["op": "replace", "path": "/openFuturePeriods", "value": 12],
      ]
      let refused = try await sandbox.dhis2("PATCH", "dataSets/TestDataSet", patch)
      #expect(refused.status == 415)
      let answer = try await sandbox.dhis2(
        "PATCH", "dataSets/TestDataSet", patch, type: "application/json-patch+json")
      #expect(answer.status == 200)
      let read = try await sandbox.dhis2("dataSets/TestDataSet?fields=:owner")
      #expect(read.json["openFuturePeriods"] == 12)
      #expect(read.json["organisationUnits"]?.array?.last == ["id": .string(unit)])
      #expect(read.json["sharing"]?["public"] == "rwrw----")
    }
  }

  @Test func whoMayNotIsToldSo() async throws {
    try await withSandbox { sandbox in
      let answer = try await sandbox.dhis2(
        "POST", "metadata", ["dataElements": [element("aB1CdEfGhIj", "A")]], user: sandbox.dhis2GuestUsername)
      #expect(answer.status == 409)
      let report = answer.json["response"]?["typeReports"]?[0]?["objectReports"]?[0]?["errorReports"]?[0]
      #expect(report?["errorCode"] == "E3000")
    }
  }
}
