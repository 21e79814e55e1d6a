import JSON
import Sandbox
import Testing

@Suite struct FaultTests {
  @Test func eachFaultHitsAsOftenAsItSays() async throws {
    try await withSandbox { sandbox in
      sandbox.add(SandboxFaults([SandboxFault(path: "/api/me", way: .status(502), times: 2)]))
      #expect(try await sandbox.dhis2("system/info").status == 200)
      let first = try await sandbox.dhis2("me")
      #expect(first.status == 502)
      #expect(first.text.contains("<h1>502 Bad Gateway</h1>"))
      #expect(try await sandbox.dhis2("me").status == 502)
      #expect(try await sandbox.dhis2("me").status == 200)
    }
  }

  @Test func aCutAnswerEndsInTheMiddle() async throws {
    try await withSandbox {
      $0.faults = SandboxFaults([SandboxFault(path: "organisationUnits", way: .cut)])
    } _: { sandbox in
      let cut = try await sandbox.dhis2("organisationUnits?order=id:asc")
      #expect(cut.status == 200)
      #expect(cut.isCut)
      let whole = try await sandbox.dhis2("organisationUnits?order=id:asc")
      #expect(!whole.isCut)
      #expect(whole.body.starts(with: cut.body))
      #expect(cut.body.count == whole.body.count / 2)
    }
  }

  @Test func aWrongLengthAgreesWithItself() async throws {
    try await withSandbox {
      $0.faults = SandboxFaults([SandboxFault(path: "organisationUnits", way: .wrongLength)])
    } _: { sandbox in
      let short = try await sandbox.dhis2("organisationUnits?order=id:asc")
      #expect(!short.isCut)
      #expect(short.json == .null)
    }
  }

  @Test(arguments: [
    (SandboxFault.Way.gatewayTimeoutAfterwards, 504), (.status(503), 503), (.lostAnswer, 200),
  ])
  func workMayBeDoneThoughTheAnswerIsNot(way: SandboxFault.Way, status: Int) async throws {
    try await withSandbox { sandbox in
      try await sandbox.prepare()
      sandbox.add(SandboxFaults([SandboxFault(path: "dataValueSets", method: "POST", way: way)]))
      let body: JSONValue = ["dataValues": [row("TestElemOne", "202607", sandbox.orgUnits()[0].id, "1")]]
      let answer = try await sandbox.dhis2("POST", "dataValueSets", body)
      #expect(answer.status == status)
      #expect(answer.isCut == (way == .lostAnswer))
      #expect(answer.body.isEmpty == (way == .lostAnswer))
      #expect(await sandbox.dataValues().count == (status == 503 ? 0 : 1))
    }
  }

  @Test func faultsComeFromOutsideToo() async throws {
    try await withSandbox { sandbox in
      let faults: JSONValue = [["path": "/cds/api/retrieve", "fault": "429", "seconds": 7]]
      let set = try await Wire.ask("POST", port: sandbox.port, "/_sandbox/faults", body: faults.bytes())
      #expect(set.status == 204)
      let limited = try await sandbox.cds("retrieve/v1/jobs")
      #expect(limited.status == 429)
      #expect(limited.headers["retry-after"] == "7")
      #expect(limited.json["detail"] == "Rate limit exceeded. Please wait 7 seconds.")
      let odd: JSONValue = [["path": "/", "fault": "earthquake"]]
      #expect(
        try await Wire.ask("POST", port: sandbox.port, "/_sandbox/faults", body: odd.bytes()).status == 400)
    }
  }

  @Test func aPortThatIsTakenIsSaidSo() async throws {
    try await withSandbox { sandbox in
      await #expect(throws: (any Error).self) {
        var options = SandboxOptions()
        options.port = sandbox.port
        let second = try await Sandbox.start(options)
        await second.stop()
      }
    }
  }
}
