import Essentials
import HTTP
import JSON
import Sandbox
import Testing

@testable import Connectors

@Suite("Metadata of DHIS2") struct MetadataTests {
  private func element(_ id: String = "SluiceDE009", name: String = "Name", shortName: String = "Short")
    -> DataElement
  {
    DataElement(id: id, name: name, shortName: shortName, description: "", aggregationType: "AVERAGE")
  }

  private let set = DataSet(id: "SluiceDS009", name: "Set", shortName: "Set", periodType: "Monthly")

  @Test("What is there as it should be is not written", arguments: SandboxRelease.allCases)
  func onlyChanges(release: SandboxRelease) async throws {
    try await ImportScene.with(release) { scene in
      let user = try await scene.server.currentUser()
      let change = try await scene.server.metadataChange(
        dataElements: [element()], dataSet: set, orgUnits: scene.units, user: user)
      try await scene.server.validate(change)
      try await scene.server.write(change)
      let again = try await scene.server.metadataChange(
        dataElements: [element()], dataSet: set, orgUnits: scene.units, user: user)
      #expect(again.isEmpty && !again.creates && again.bundles.isEmpty)
    }
  }

  @Test("Sharing, assignments and what else an owner set are kept", arguments: SandboxRelease.allCases)
  func kept(release: SandboxRelease) async throws {
    try await ImportScene.with(release) { scene in
      let user = try await scene.server.currentUser()
      let first = try await scene.server.metadataChange(
        dataElements: [element()], dataSet: set, orgUnits: Array(scene.units.prefix(2)), user: user)
      try await scene.server.write(first)
      try await scene.patch("dataSets/SluiceDS009", "/sharing/public", "rwrw----")
      try await scene.patch("dataSets/SluiceDS009", "/openFuturePeriods", 3)
      let second = try await scene.server.metadataChange(
        dataElements: [element()], dataSet: set, orgUnits: [scene.units[2]], user: user)
      #expect(second.descriptions.count == 1 && !second.creates)
      #expect(second.bundles.map(\.keepsSharing) == [true])
      try await scene.server.write(second)
      let details = try #require(try await scene.server.dataSetDetails("SluiceDS009"))
      #expect(details.unitCount == 3 && details.openFuturePeriods == 3)
      let sharing = try await scene.server.value(
        "dataSets/SluiceDS009", [("fields", "sharing")], operation: "reading")
      #expect(sharing["sharing"]?["public"]?.string == "rwrw----")
    }
  }

  @Test("Ids and names that DHIS2 cannot store are refused before anything is sent")
  func limits() async throws {
    let script = try ScriptedDHIS2 { _, _ in nil }
    let user = try await script.server.currentUser()
    let before = script.store.requests.count
    for (wrong, words) in [
      (element("not-an-id"), "is no DHIS2 id"),
      (element(name: String(repeating: "n", count: 231)), "has 231 characters, and DHIS2 takes 230"),
      (element(shortName: String(repeating: "s", count: 51)), "has 51 characters, and DHIS2 takes 50"),
      (element(name: " "), "the name is empty"),
    ] {
      let error = await #expect(throws: DHIS2Failure.self) {
        try await script.server.metadataChange(dataElements: [wrong], dataSet: set, orgUnits: [], user: user)
      }
      #expect(error?.kind == .configuration && error?.message.contains(words) == true)
    }
    let twins = await #expect(throws: DHIS2Failure.self) {
      try await script.server.metadataChange(
        dataElements: [element("SluiceDE008"), element(shortName: "Other")], dataSet: set, orgUnits: [],
        user: user)
    }
    #expect(twins?.message.contains("both have the name \"Name\"") == true)
    #expect(script.store.requests.count == before)
  }

  @Test("A name that another object has is told with its code")
  func collision() async throws {
    try await ImportScene.with(.v2_42) { scene in
      let user = try await scene.server.currentUser()
      let change = try await scene.server.metadataChange(
        dataElements: [element(name: "Name SluiceDE001", shortName: "fresh")], dataSet: set, orgUnits: [],
        user: user)
      let error = await #expect(throws: DHIS2Failure.self) { try await scene.server.write(change) }
      #expect(error?.code == "E5003" && error?.kind == .rejected)
    }
  }

  @Test("Releases differ as their sources say")
  func capabilities() {
    let all = (40...44).map { Capabilities(DHIS2Version(2, $0)) }
    #expect(all.map(\.statusOfPartialSuccess) == [409, 409, 409, 200, 200])
    #expect(all.map(\.needsDataSet) == [false, false, false, true, true])
    #expect(all.map(\.countsCreated) == [true, true, true, false, false])
    #expect(all.map(\.countOfUnchanged) == [.ignored, .ignored, .ignored, .updated, .updated])
    #expect(all.map(\.takesNumbers) == [true, true, true, false, true])
    #expect(all.map(\.dropsInsignificantZeros) == [true, true, true, false, false])
    #expect(all.map(\.pagesDescendants) == [false, false, true, true, true])
    #expect(all.map(\.hasMergeMode) == [true, false, false, false, false])
    #expect(all.map(\.pingsWithoutLogin) == [false, false, false, false, true])
    #expect(all.map { $0.takesVersionedPath(44) } == [false, false, false, false, false])
    #expect(all.map { $0.takesVersionedPath(43) } == [false, false, true, true, true])
    #expect(all.map { $0.takesVersionedPath(41) } == [false, true, true, true, true])
    #expect(all.map { $0.takesVersionedPath(40) } == [true, true, true, true, true])
    #expect(all.map { $0.takesVersionedPath(27) } == [false, false, false, false, false])
    #expect(all.map(\.followUpKey) == ["followup", "followup", "followup", "followUp", "followUp"])
    #expect(all.map(\.loginPath)[1].hasSuffix("login.action") && all[2].loginPath == "/dhis-web-login")
  }

  @Test("The release is asked for once")
  func once() async throws {
    let script = try ScriptedDHIS2("2.43.2") { _, _ in nil }
    let copy = script.server
    #expect(try await copy.capabilities().semantics == .dataEntry)
    #expect(try await script.server.capabilities().needsDataSet)
    #expect(script.store.requests.count == 1)
  }

  @Test("A release that is too old is refused by name")
  func tooOld() async throws {
    let script = try ScriptedDHIS2("2.39.1") { _, _ in nil }
    let error = await #expect(throws: DHIS2Failure.self) { try await script.server.systemInfo() }
    #expect(error?.kind == .configuration && error?.message.contains("runs DHIS2 2.39.1") == true)
  }

  @Test("A login that is refused is not tried again", arguments: [401, 302])
  func refusedLogin(status: Int) async throws {
    let script = try ScriptedDHIS2 { _, _ in
      StoreReply(
        status: status,
        headers: ["Location": "http://127.0.0.1/dhis-web-login/", "Content-Type": "application/json"],
        body: Array(#"{"message":"Unauthorized"}"#.utf8))
    }
    let error = await #expect(throws: DHIS2Failure.self) { try await script.server.currentUser() }
    #expect(error?.kind == .configuration && script.store.requests.count == 1)
  }

  @Test("The session of a password is kept, and a token has none", arguments: [true, false])
  func session(token: Bool) async throws {
    let script = try ScriptedDHIS2(token: token) { request, _ in
      request.path == "/api/me"
        ? StoreReply(
          headers: ["Set-Cookie": "JSESSIONID=abc123; Path=/; HttpOnly", "Content-Type": "application/json"],
          body: Array(#"{"id":"x"}"#.utf8)) : nil
    }
    _ = try await script.server.currentUser()
    _ = try await script.server.systemInfo()
    #expect(script.store.requests[1].headers["cookie"] == (token ? nil : "JSESSIONID=abc123"))
  }
}
