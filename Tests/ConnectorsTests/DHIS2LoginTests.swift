import Essentials
import FlowKitTesting
import HTTP
import Sandbox
import Testing

@testable import Connectors

@Suite("Logging in to DHIS2") struct DHIS2LoginTests {
  /// A client of a stand-in.
  private func with(
    _ login: (Sandbox) -> DHIS2Credentials.Login, _ work: (DHIS2, Sandbox) async throws -> Void
  ) async throws {
    let sandbox = try await Sandbox.start(SandboxOptions())
    let client = DHIS2(
      DHIS2Credentials(baseURL: sandbox.dhis2URL, login: login(sandbox)),
      http: HTTPClient(clock: ManualClock()))
    do { try await work(client, sandbox) } catch {
      await sandbox.stop()
      throw error
    }
    await sandbox.stop()
  }

  @Test("A password and a token both open the door")
  func good() async throws {
    try await with({ .basic(username: $0.dhis2Username, password: Secret($0.dhis2Password)) }) { client, _ in
      let user = try await client.currentUser()
      #expect(user.username == "etl" && user.has("F_DATAVALUE_ADD") && !user.has("F_EDIT_EXPIRED"))
    }
    try await with({ .token(Secret($0.dhis2Token)) }) { client, _ in
      let info = try await client.systemInfo()
      #expect(info.version == DHIS2Version(2, 42, 6) && info.hasGregorianPeriods)
    }
  }

  @Test("A token that has run out, or is none, is a matter of configuration", arguments: [true, false])
  func token(expired: Bool) async throws {
    try await with({ .token(Secret(expired ? $0.dhis2ExpiredToken : "d2pat_nonsense")) }) { client, _ in
      let error = await #expect(throws: DHIS2Failure.self) { try await client.systemInfo() }
      #expect(error?.kind == .configuration)
      #expect(error?.message.contains("nonsense") == false)
    }
  }

  @Test(
    "An answer that is the login page is no answer",
    arguments: [
      HTTPResponse(status: 302, headers: ["Location": "http://x/dhis-web-login/"]),
      HTTPResponse(
        status: 200, headers: ["Content-Type": "text/html;charset=UTF-8"], body: Array("<html>".utf8)),
    ])
  func loginPage(response: HTTPResponse) {
    let answer = DHIS2Answer(response, operation: "reading", server: "http://x")
    #expect(answer.isLoginPage)
    #expect(answer.failure.kind == .configuration)
    #expect(answer.failure.message.contains("not logged in"))
  }

  @Test("The way to another address is told as that, with the address to set")
  func elsewhere() {
    let moved = HTTPResponse(
      status: 301, headers: ["Location": "https://u:p@new.example/dhis/api/system/info?x=1"])
    let answer = DHIS2Answer(moved, operation: "reading", server: "http://x")
    #expect(answer.leadsElsewhere && !answer.isLoginPage)
    #expect(answer.failure.kind == .configuration)
    #expect(
      answer.failure.message
        == "reading at http://x: the server is at another address (301): https://new.example/dhis/api/system/info"
    )
    #expect(answer.failure.remedy?.contains(" https://new.example/dhis,") == true)
  }

  @Test("A server that is away says what to do", arguments: [502, 503, 504])
  func away(status: Int) {
    let answer = DHIS2Answer(HTTPResponse(status: status), operation: "reading", server: "http://x")
    #expect(answer.failure.kind == .transient)
    #expect(answer.failure.remedy?.contains("run again") == true)
  }

  @Test(
    "What a proxy says is told by its status",
    arguments: [
      (502, FailureKind.transient), (504, .transient), (413, .rejected), (404, .configuration),
      (403, .configuration),
    ])
  func proxies(status: Int, kind: FailureKind) {
    let page = HTTPResponse(
      status: status, headers: ["Content-Type": "text/html"], body: Array("<html>".utf8))
    let answer = DHIS2Answer(page, operation: "reading", server: "http://x")
    #expect(!answer.isLoginPage)
    #expect(answer.failure.kind == kind)
  }
}
