import JSON
import Sandbox
import Testing

@Suite struct CompleteDateTests {
  private func registrations(_ sandbox: Sandbox, _ unit: String) async throws -> JSONValue? {
    let answer = try await sandbox.dhis2(
      "completeDataSetRegistrations?dataSet=TestDataSet&period=202607&orgUnit=\(unit)")
    return answer.json["completeDataSetRegistrations"]
  }

  private func payload(_ unit: String, _ value: JSONValue) -> JSONValue {
    [
      "dataSet": "TestDataSet", "completeDate": "2026-08-02", "period": "202607", "orgUnit": .string(unit),
      "dataValues": [["dataElement": "TestElemOne", "value": value]],
    ]
  }

  @Test(arguments: [DHIS2Version.v2_41, .v2_42], ["?dryRun=true", ""])
  func registersInDryRunsAndForRefusedValuesToo(version: DHIS2Version, query: String) async throws {
    try await withSandbox {
      $0.dhis2Version = version
    } _: { sandbox in
      try await sandbox.prepare()
      let unit = try #require(sandbox.orgUnits().first { $0.level == 3 }).id
      let answer = try await sandbox.dhis2("POST", "dataValueSets" + query, payload(unit, "no number"))
      #expect(answer.status == 409)
      #expect(answer.json["response"]?["dataSetComplete"] == "2026-08-02")
      let held = try #require(try await registrations(sandbox, unit))
      #expect(held.array?.count == 1 && held[0]?["organisationUnit"]?.string == unit)
      #expect(held[0]?["date"] == "2026-08-02T00:00:00.000" && held[0]?["completed"] == true)
      #expect(held[0]?["storedBy"]?.string == sandbox.dhis2Username)
      #expect(await sandbox.dataValues().isEmpty)
    }
  }

  @Test func withoutADataSetPeriodAndUnitOfAllThereIsNothingToRegister() async throws {
    try await withSandbox { sandbox in
      try await sandbox.prepare()
      let unit = try #require(sandbox.orgUnits().first { $0.level == 3 }).id
      for key in ["dataSet", "period", "orgUnit", "completeDate"] {
        var body = payload(unit, "1").object ?? [:]
        body[key] = nil
        let answer = try await sandbox.dhis2("POST", "dataValueSets", .object(body))
        #expect(answer.json["response"]?["dataSetComplete"] == "false", "without \(key)")
      }
      #expect(try await registrations(sandbox, unit) == nil)
    }
  }
}
