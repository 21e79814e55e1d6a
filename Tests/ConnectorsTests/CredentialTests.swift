import Connectors
import FlowKit
import FlowKitTesting
import Testing

@Suite("Credential blocks") struct CredentialTests {
  private func load<Target: Block>(_ type: Target.Type, _ values: JSONObject) throws -> Target {
    try Target(BlockValues(typeSlug: Target.typeSlug, name: "x", values: values, origin: "the test"))
  }

  @Test("DHIS2 takes a password or a token, and an address with or without /api")
  func dhis2() throws {
    let basic = try load(
      DHIS2Credentials.self, ["base_url": "https://d/dhis/api/", "username": "u", "password": "pass-word"])
    #expect(basic.baseURL == "https://d/dhis")
    guard case .basic("u", let password) = basic.login else {
      Issue.record("no Basic login")
      return
    }
    #expect(password.reveal() == "pass-word")
    guard case .token = try load(DHIS2Credentials.self, ["base_url": "http://d", "token": "d2pat_x"]).login
    else {
      Issue.record("no token login")
      return
    }
    #expect(throws: Misconfiguration.self) {
      try load(DHIS2Credentials.self, ["base_url": "http://d", "username": "u"])
    }
    #expect(throws: Misconfiguration.self) {
      try load(DHIS2Credentials.self, ["username": "u", "password": "p"])
    }
  }

  @Test("A key of the old CDS is refused before it is sent")
  func cds() throws {
    #expect(try load(CDSCredentials.self, ["key": "abcd-ef"]).url == "https://cds.climate.copernicus.eu/api")
    #expect(try load(CDSCredentials.self, ["key": "abcd-ef", "url": "http://x/api/"]).url == "http://x/api")
    let error = #expect(throws: Misconfiguration.self) { try load(CDSCredentials.self, ["key": "1234:abcd"]) }
    #expect(error?.message.contains("old form UID:KEY") == true)
    #expect(error?.message.contains("1234") == false)
  }

  @Test("The environment makes the blocks dhis2 and cds")
  func environment() async throws {
    let store = BlockStore([
      EnvironmentBlocks([
        "DHIS2_BASE_URL": "http://d", "DHIS2_TOKEN": "d2pat_0", "CDSAPI_KEY": "k-1",
        "CDSAPI_URL": "http://c/api",
      ])
    ])
    guard case .token = try await store.load("dhis2" as BlockReference<DHIS2Credentials>).login else {
      Issue.record("no token login")
      return
    }
    #expect(try await store.load("cds" as BlockReference<CDSCredentials>).url == "http://c/api")
    let error = await #expect(throws: Misconfiguration.self) {
      try await store.load("prod" as BlockReference<DHIS2Credentials>)
    }
    #expect(error?.message.contains("no block \"prod\" of type dhis2-credentials was found") == true)
  }
}
