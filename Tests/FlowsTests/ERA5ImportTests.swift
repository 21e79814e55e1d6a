import Connectors
import Essentials
import FlowKit
import FlowKitTesting
import Flows
import Foundation
import Sandbox
import Testing

@Suite("Importing ERA5-Land into DHIS2, on stand-ins") struct ERA5ImportTests {
  @Test("Values of every org unit and month arrive, on every version", arguments: SandboxVersion.allCases)
  func imports(version: SandboxVersion) async throws {
    try await SandboxRun.with({ $0.dhis2Version = version }) { run in
      let units = run.sandbox.orgUnits().filter { $0.level == 2 }
      let result = try await run.test.run(ERA5ClimateImport.self, ["from": "2024-11", "to": "2025-02"])
      #expect(result.json["org_units"]?.integer == units.count)
      #expect(result.json["values"]?["created"]?.integer == units.count * 4 * 7)
      let values = await run.values()
      #expect(values.count == units.count * 4 * 7)
      for unit in units {
        let temperature = try #require(values["PfE5TmpEst1 202412 \(unit.id)"].flatMap(Double.init))
        #expect((15...40).contains(temperature))
        let rain = try #require(values["PfE5PrcEst1 202412 \(unit.id)"].flatMap(Double.init))
        #expect((0...2000).contains(rain))
      }
      // Two months of 2024 and two of 2025 differ in their numbers, so the product of years and months is asked in two.
      #expect(await run.requests("POST", "/execution") == 2)
    }
  }

  @Test("A second run changes nothing: it sends no value and no metadata")
  func secondRun() async throws {
    try await SandboxRun.with { run in
      _ = try await run.test.run(ERA5ClimateImport.self, ["from": "2025-01", "to": "2025-01"])
      let sent = await (run.requests("POST", "/dataValueSets"), run.requests("POST", "/metadata"))
      let result = try await run.test.run(ERA5ClimateImport.self, ["from": "2025-01", "to": "2025-01"])
      #expect(result.json["values"]?["unchanged"]?.integer == 28)
      #expect(result.json["values"]?["created"]?.integer == 0)
      #expect(await (run.requests("POST", "/dataValueSets"), run.requests("POST", "/metadata")) == sent)
    }
  }

  @Test("A dry run writes nothing, before and after there is something")
  func dryRun() async throws {
    try await SandboxRun.with { run in
      let parameters: JSONObject = ["from": "2025-01", "to": "2025-01", "dry_run": true]
      let first = try await run.test.run(ERA5ClimateImport.self, parameters)
      #expect(first.json["values"]?["created"]?.integer == 28)
      // The new data elements are checked by the server, which writes nothing of them.
      let posts = await run.sandbox.requests().filter {
        $0.method == "POST" && $0.path.contains("/dhis2/api")
      }
      #expect(posts.allSatisfy { $0.target.contains("importMode=VALIDATE") })
      _ = try await run.test.run(ERA5ClimateImport.self, ["from": "2025-01", "to": "2025-01"])
      let held = await run.values()
      let second = try await run.test.run(
        ERA5ClimateImport.self, ["from": "2025-01", "to": "2025-02", "dry_run": true])
      #expect(second.json["values"]?["created"]?.integer == 28)
      #expect(second.json["values"]?["unchanged"]?.integer == 28)
      #expect(await run.values() == held)
    }
  }

  @Test("Without months it imports the last one published")
  func lastMonth() async throws {
    let now = try #require(ISO8601DateFormatter().date(from: "2026-03-20T12:00:00Z"))
    try await SandboxRun.with({ $0.now = { now } }) { run in
      let result = try await run.test.run(ERA5ClimateImport.self, [:])
      #expect(result.json["months"] == ["2026-02"])
      #expect(result.json["preliminary_months"] == ["2026-02"])
    }
  }

  @Test("Months that are not published yet are named, after the others were imported")
  func embargo() async throws {
    let now = try #require(ISO8601DateFormatter().date(from: "2026-03-20T12:00:00Z"))
    try await SandboxRun.with({ $0.now = { now } }) { run in
      let error = await #expect(throws: Rejection.self) {
        try await run.test.run(ERA5ClimateImport.self, ["from": "2026-01", "to": "2026-03"])
      }
      #expect(error?.message == "the Climate Data Store delivered no data for 2026-03")
      #expect(Set(await run.values().keys.map { $0.split(separator: " ")[1] }) == ["202601", "202602"])
    }
  }

  @Test(
    "What cannot be right is refused before anything is fetched",
    arguments: [
      ("2025-02", "2025-01", "lies after"),
      ("1949-12", "1950-01", "lies before 1950-01"),
    ])
  func refused(from: String, to: String, problem: String) async throws {
    let parameters: JSONObject = ["from": .string(from), "to": .string(to)]
    try await SandboxRun.with { run in
      let error = await #expect(throws: Misconfiguration.self) {
        try await run.test.run(ERA5ClimateImport.self, parameters)
      }
      #expect(error?.message.contains(problem) == true)
      #expect(await run.sandbox.requests().isEmpty)
    }
  }

  @Test("A level without org units is a matter of configuration")
  func emptyLevel() async throws {
    try await SandboxRun.with { run in
      let error = await #expect(throws: Misconfiguration.self) {
        try await run.test.run(
          ERA5ClimateImport.self, ["org_unit_level": 9, "from": "2025-01", "to": "2025-01"])
      }
      #expect(error?.message.hasPrefix("there are no org units of level 9") == true)
    }
  }

  @Test("Org units without a usable border are listed with their reason")
  func gaps() async throws {
    try await SandboxRun.with { run in
      let result = try await run.test.run(
        ERA5ClimateImport.self, ["org_unit_level": 3, "from": "2025-01", "to": "2025-01"])
      let without = run.sandbox.orgUnits().filter { $0.level == 3 && $0.geometry == nil }
      #expect(!without.isEmpty)
      let gaps = run.test.reporter.artifacts.first { $0.key == "climate-import-gaps" }
      let rows = gaps?.artifact.data.array ?? []
      let ids = Set(rows.compactMap { $0["org_unit"]?.string })
      #expect(ids.isSuperset(of: without.map(\.id)))
      let listed = rows.compactMap { $0["values"]?.integer }.reduce(0, +)
      #expect(rows.count == ids.count && rows.contains { $0["indicators"] == "all" })
      #expect(result.json["without_value"]?.integer == listed)
    }
  }

  @Test("The key goes to the store's API only, and no secret into any line, artifact or result")
  func secrets() async throws {
    try await SandboxRun.with { run in
      _ = try await run.test.run(ERA5ClimateImport.self, ["from": "2025-01", "to": "2025-01"])
      let requests = await run.sandbox.requests()
      #expect(requests.contains { $0.path.contains("/cds-assets/") })
      for request in requests {
        #expect((request.headers["private-token"] != nil) == request.path.hasPrefix("/cds/api"))
        #expect((request.headers["authorization"] != nil) == request.path.hasPrefix("/dhis2"))
      }
      let texts =
        run.test.reporter.lines.map(\.message) + run.test.reporter.artifacts.map { $0.artifact.data.text() }
      for text in texts {
        #expect(!text.contains(run.sandbox.cdsKey) && !text.contains(run.sandbox.dhis2Password))
      }
    }
  }
}

@Suite("What can go wrong with an import") struct ERA5ImportFaultTests {
  private let parameters: JSONObject = ["from": "2025-01", "to": "2025-01"]

  @Test(
    "What passes by itself does not stop an import, and nothing arrives twice",
    arguments: [
      SandboxFault(path: "/organisationUnits", way: .status(502)),
      SandboxFault(path: "/organisationUnits", way: .cut),
      SandboxFault(path: "/dataValueSets", method: "POST", way: .gatewayTimeoutAfterwards),
      SandboxFault(path: "/dataValueSets", method: "POST", way: .lostAnswer),
      SandboxFault(path: "/metadata", method: "POST", way: .lostAnswer),
      SandboxFault(path: "/execution", method: "POST", way: .tooManyRequests(retryAfter: 30)),
      SandboxFault(path: "/retrieve/v1/jobs/", method: "GET", way: .status(503), times: 2),
      SandboxFault(path: "/cds-assets/", method: "GET", way: .cut),
    ])
  func passing(fault: SandboxFault) async throws {
    try await SandboxRun.with({ $0.faults = SandboxFaults([fault]) }) { run in
      let result = try await run.test.run(ERA5ClimateImport.self, parameters)
      #expect(result.json["values"]?["refused"]?.integer == 0)
      #expect(await run.values().count == 28)
    }
  }

  @Test("A file that is shorter than announced is never read")
  func wrongLength() async throws {
    let fault = SandboxFault(path: "/cds-assets/", method: "GET", way: .wrongLength, times: 3)
    try await SandboxRun.with({ $0.faults = SandboxFaults([fault]) }) { run in
      let error = await #expect(throws: CDSFailure.self) {
        try await run.test.run(ERA5ClimateImport.self, parameters)
      }
      #expect(error?.kind == .transient)
      #expect(error?.message.contains("bytes came where the store announced") == true)
      #expect(await run.values().isEmpty)
    }
  }

  @Test("A licence that was not accepted names the page to accept it on")
  func licence() async throws {
    try await SandboxRun.with { run in
      var run = run
      run.test.blocks.add(
        CDSCredentials.self, "cds",
        ["url": .string(run.sandbox.cdsURL), "key": .string(run.sandbox.cdsKeyWithoutLicence)])
      let test = run.test
      let error = await #expect(throws: CDSFailure.self) {
        try await test.run(ERA5ClimateImport.self, parameters)
      }
      #expect(error?.kind == .configuration)
      #expect(error?.message.contains("manage-licences") == true)
    }
  }

  @Test("A wrong password is tried once and never again")
  func wrongPassword() async throws {
    try await SandboxRun.with { run in
      var run = run
      run.test.blocks.add(
        DHIS2Credentials.self, "dhis2",
        ["base_url": .string(run.sandbox.dhis2URL), "username": "etl", "password": "not the password"])
      let test = run.test
      let error = await #expect(throws: DHIS2Failure.self) {
        try await test.run(ERA5ClimateImport.self, parameters)
      }
      #expect(error?.kind == .configuration)
      #expect(error?.message.contains("not the password") == false)
      #expect(await run.requests("GET", "/dhis2/api") == 1)
    }
  }

  @Test("A user without the authority to enter data is told which one")
  func noAuthority() async throws {
    try await SandboxRun.with { run in
      var run = run
      run.test.blocks.add(
        DHIS2Credentials.self, "dhis2",
        [
          "base_url": .string(run.sandbox.dhis2URL), "username": .string(run.sandbox.dhis2GuestUsername),
          "password": .string(run.sandbox.dhis2Password),
        ])
      let test = run.test
      let error = await #expect(throws: DHIS2Failure.self) {
        try await test.run(ERA5ClimateImport.self, parameters)
      }
      #expect(error?.message.contains("F_DATAVALUE_ADD") == true)
    }
  }
}
