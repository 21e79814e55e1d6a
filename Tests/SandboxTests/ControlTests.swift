import JSON
import Sandbox
import Testing

/// The addresses for whoever drives the sandbox from another process.
@Suite struct ControlTests {
  private func ask(_ sandbox: Sandbox, _ method: String, _ path: String, _ body: JSONValue? = nil)
    async throws -> Answer
  {
    try await Wire.ask(method, port: sandbox.port, "/_sandbox/" + path, body: body?.bytes() ?? [])
  }

  @Test func requestsAreCountedByWhatTheyAskFor() async throws {
    try await withSandbox { sandbox in
      for month in ["01", "02", "01"] {
        _ = try await sandbox.cds(
          "POST", Sandbox.monthly, ["inputs": monthlyInputs.with(["month": [.string(month)]])])
      }
      _ = try await sandbox.dhis2("me?fields=id")
      _ = try await sandbox.dhis2("me")
      let counts = try await ask(sandbox, "GET", "requests/counts").json.array ?? []
      #expect(counts.compactMap { $0["count"]?.integer } == [2, 1, 2])
      #expect(counts.compactMap { $0["method"]?.string } == ["POST", "POST", "GET"])
      #expect(
        counts.compactMap { $0["path"]?.string } == [
          "/cds/api/" + Sandbox.monthly, "/cds/api/" + Sandbox.monthly, "/dhis2/api/me",
        ])
      // The same path with another body is another request.
      #expect(Set(counts.compactMap { $0["bodyDigest"]?.string }).count == 2)
      let list = try await ask(sandbox, "GET", "requests").json
      #expect(list.array?.count == 5)
      #expect(list[3]?["target"] == "/dhis2/api/me?fields=id")
      #expect(list[3]?["status"] == 200)
      #expect(try await ask(sandbox, "DELETE", "requests").status == 204)
      #expect(try await ask(sandbox, "GET", "requests").json == [])
    }
  }

  @Test func theDigestIsTheMD5OfTheBody() async throws {
    try await withSandbox { sandbox in
      // printf '{}' | md5sum
      _ = try await sandbox.dhis2("POST", "metadata", [:])
      let list = try await ask(sandbox, "GET", "requests").json
      #expect(list[0]?["bodyDigest"] == "99914b932bd37a50b983c5e7c90ae93b")
      #expect(list[0]?["bodyLength"] == 2)
    }
  }

  @Test func faultsAreListedUntilTheyHaveHit() async throws {
    try await withSandbox { sandbox in
      let faults: JSONValue = [
        ["path": "/api/me", "method": "GET", "fault": "504", "times": 2],
        ["path": "/api/system", "fault": "slow", "seconds": 0, "times": 1],
      ]
      #expect(try await ask(sandbox, "POST", "faults", faults).status == 204)
      let first = try await sandbox.dhis2("me")
      #expect(first.status == 504)
      #expect(first.text.contains("504 Gateway Time-out"))
      let left = try await ask(sandbox, "GET", "faults").json
      #expect(left[0] == ["path": "/api/me", "method": "GET", "fault": "504", "times": 1])
      #expect(left[1]?["fault"] == "slow")
      #expect(try await ask(sandbox, "DELETE", "faults").status == 204)
      #expect(try await ask(sandbox, "GET", "faults").json == [])
      #expect(try await sandbox.dhis2("me").status == 200)
    }
  }

  @Test(arguments: [
    "cut", "500", "502", "503", "504", "504-after", "429", "slow", "wrong-length", "lost-answer",
    "lost-summary", "failed-job",
  ])
  func everyFaultIsTakenAndShownAlike(fault: String) async throws {
    try await withSandbox { sandbox in
      let taken = try await ask(
        sandbox, "POST", "faults", [["path": "/nowhere", "fault": .string(fault), "seconds": 3]])
      #expect(taken.status == 204)
      #expect(try await ask(sandbox, "GET", "faults").json[0]?["fault"]?.string == fault)
    }
  }

  @Test func valuesAreCounted() async throws {
    try await withSandbox { sandbox in
      try await sandbox.prepare()
      _ = try await sandbox.post(sandbox.units().prefix(3).map { row("TestElemOne", "202607", $0, "1") })
      #expect(try await ask(sandbox, "GET", "values").json == ["count": 3])
      _ = try await sandbox.post(
        [row("TestElemOne", "202607", sandbox.units()[0], "1")], "?importStrategy=DELETE")
      #expect(try await ask(sandbox, "GET", "values").json == ["count": 2])
    }
  }
}

/// Sizes of whole countries.
@Suite struct SizeTests {
  @Test func manyUnitsAreServedByPagesEachOnce() async throws {
    try await withSandbox {
      $0.countrySize = .units(5000)
    } _: { sandbox in
      #expect(sandbox.orgUnits().count == 5000)
      var seen: [String] = []
      var page = 1
      while true {
        let answer = try await sandbox.dhis2(
          "organisationUnits?fields=id&order=id:asc&pageSize=1000&page=\(page)"
        ).json
        seen += answer["organisationUnits"]?.array?.compactMap { $0["id"]?.string } ?? []
        guard answer["pager"]?["nextPage"] != nil else { break }
        page += 1
      }
      #expect(page == 5)
      #expect(seen == sandbox.orgUnits().map(\.id).sorted())
    }
  }

  @Test func aListIsNotAnsweredFromBeforeAChange() async throws {
    try await withSandbox { sandbox in
      let list = "dataElements?fields=id&order=id:asc"
      #expect(try await sandbox.dhis2(list).json["dataElements"] == [])
      try await sandbox.prepare()
      #expect(try await sandbox.dhis2(list).json["dataElements"]?.array?.count == 3)
      #expect(try await sandbox.dhis2("DELETE", "dataElements/TestElemTwo").status == 200)
      #expect(
        try await sandbox.dhis2(list).json["dataElements"] == [["id": "TestElemOne"], ["id": "TestElemSix"]])
    }
  }

  @Test func importsKnowMetadataThatChangedInBetween() async throws {
    try await withSandbox {
      $0.dhis2Version = .v2_43
    } _: { sandbox in
      try await sandbox.prepare()
      let rows = [row("TestElemOne", "202607", sandbox.units(4)[0], "1")]
      #expect(try await sandbox.post(rows).codes == ["E8022"])
      try await sandbox.prepare(level: 4)
      #expect(try await sandbox.post(rows).codes.contains("E8022") == false)
    }
  }
}
