import Essentials
import FlowKitTesting
import Foundation
import HTTP
import JSON
import PrefectAPI
import PrefectTesting
import Testing

@testable import PrefectClient

@Suite("What unwelcome answers mean") struct AnswerTests {
  private func failure(
    _ answer: ScriptedServer.Answer, _ adjust: (inout PrefectConfiguration) -> Void = { _ in }
  ) async throws -> PrefectFailure {
    let server = try ScriptedServer(answer)
    let failure = await #expect(throws: PrefectFailure.self) {
      try await client(of: server) {
        $0.maxRetries = 0
        adjust(&$0)
      }.deployment(flowID)
    }
    return try #require(failure)
  }

  @Test("A refused login names the setting that it comes from")
  func login() async throws {
    let unauthorized = ScriptedServer.Answer.json(401, ["exception_message": "Unauthorized"])
    let without = try await failure(unauthorized)
    #expect(without.kind == .configuration)
    #expect(without.description.contains("Set PREFECT_API_AUTH_STRING to user:password, or PREFECT_API_KEY."))
    let with = try await failure(unauthorized) {
      $0.authentication = .bearer(Secret("key-12345678"))
      $0.authenticationSetting = "PREFECT_API_KEY"
    }
    #expect(with.remedy == "Check PREFECT_API_KEY.")
    #expect(!with.description.contains("key-12345678"))
    let forbidden = try await failure(.json(403, ["detail": "Not your workspace"]))
    #expect(forbidden.kind == .configuration)
    #expect(forbidden.description.contains("Not your workspace"))
  }

  @Test("What is not there is named, and an address that is none of an API is told apart")
  func missing() async throws {
    let missing = try await failure(.json(404, ["detail": "Deployment not found"]))
    #expect(missing.isNotFound)
    #expect(
      missing.message == "reading the deployment \(flowID.wire): there is no deployment \(flowID.wire) (404)")
    for answer in [
      ScriptedServer.Answer.json(404, ["detail": "Not Found"]), .text(404, "<html>nginx</html>"),
    ] {
      let address = try await failure(answer)
      #expect(!address.isNotFound)
      #expect(address.remedy?.contains("PREFECT_API_URL") == true)
    }
    let server = try ScriptedServer(.json(404, ["detail": "Not Found"]))
    await #expect(throws: PrefectFailure.self) { try await client(of: server).variable("v") }
  }

  @Test("A document that the server refuses: each place, and what is wrong there, without the value")
  func refused() async throws {
    let failure = try await failure(
      .json(
        422,
        [
          "exception_message": "Invalid request received.",
          "exception_detail": [
            [
              "type": "extra_forbidden", "loc": ["body", "schedules", 0, "cronn"], "input": "s3cret",
              "msg": "Extra inputs are not permitted",
            ], ["loc": ["body"], "msg": "Value error, no"],
          ], "request_body": ["password": "s3cret"],
        ]))
    #expect(failure.kind == .rejected)
    #expect(
      failure.message
        == "reading the deployment \(flowID.wire): the server refused it (422): schedules.[0].cronn: Extra inputs are not permitted; Value error, no"
    )
  }

  @Test("A login page, or a document of something else, is no answer of a Prefect API")
  func other() async throws {
    for answer in [ScriptedServer.Answer.text(200, "<html>Log in</html>"), .json(200, ["hello": "world"])] {
      let failure = try await failure(answer)
      #expect(failure.kind == .configuration)
      #expect(failure.message.contains("none of a Prefect API"))
      #expect(failure.remedy?.contains("PREFECT_API_URL") == true)
    }
    let elsewhere = try await failure(.text(302, "", headers: []))
    #expect(elsewhere.kind == .configuration)
  }

  @Test("A user in the address is used and never shown")
  func userInAddress() async throws {
    let server = try ScriptedServer(.json(404, ["detail": "Not Found"]))
    var configuration = PrefectConfiguration(apiURL: "http://ada:love%21ace@127.0.0.1:\(server.port)/api/")
    configuration.supportsCSRF = false
    let failure = await #expect(throws: PrefectFailure.self) {
      try await PrefectClient(configuration).serverVersion()
    }
    #expect(server.calls.first?.target == "/api/admin/version")
    #expect(
      server.calls.first?.headers["authorization"]
        == "Basic \(Data("ada:love!ace".utf8).base64EncodedString())")
    #expect(failure?.description.contains("ace") == false)
  }

  @Test("Requests carry the login, the proxy's headers and a name of our own")
  func headers() async throws {
    let server = try ScriptedServer(.json(200, flow))
    let client = client(of: server) {
      $0.authentication = PrefectConfiguration.basic(Secret("admin:pa:ss"))
      $0.customHeaders = ["X-Gate": "open"]
    }
    _ = try await client.createFlow(Prefect.FlowCreate(name: "etl", labels: ["a": 1]))
    let call = try #require(server.calls.first)
    #expect(call.method == "POST")
    #expect(call.target == "/api/flows/")
    #expect(call.headers["authorization"] == "Basic \(Data("admin:pa:ss".utf8).base64EncodedString())")
    #expect(call.headers["x-gate"] == "open")
    #expect(call.headers["content-type"] == "application/json")
    #expect(call.headers["user-agent"]?.hasPrefix("sluice/") == true)
    #expect(call.json == ["name": "etl", "tags": [], "labels": ["a": 1]])
  }

  @Test("A list is read page by page, and an element that moved on comes once")
  func paging() async throws {
    let ids = (0..<450).map { _ in UUID().wire }
    let server = try ScriptedServer { request in
      if request.target.hasPrefix("/api/csrf-token") { return .json(404, ["detail": "Not Found"]) }
      let offset = request.json["offset"]?.integer ?? 0
      let limit = request.json["limit"]?.integer ?? 0
      // One element was added in front after the first page.
      let start = offset == 0 ? 0 : offset - 1
      let page = ids[min(start, ids.count)..<min(start + limit, ids.count)]
      return .json(200, .array(page.map { ["id": .string($0), "name": "f"] }))
    }
    let client = client(of: server)
    #expect(try await client.flows().map(\.id.wire) == ids)
    #expect(server.calls.map { $0.json["limit"] } == [200, 200, 200])
    #expect(try await client.flows(limit: 3, offset: 5).count == 3)
  }

  @Test("Events go in requests of 200")
  func events() async throws {
    let server = try ScriptedServer(.text(204, ""))
    let events = (0..<401).map {
      Prefect.Event(
        id: UUID(), occurred: Date(timeIntervalSince1970: Double($0)), event: "test",
        resource: Prefect.Event.resource("test.\($0)"))
    }
    try await client(of: server).sendEvents(events)
    #expect(server.calls.map { $0.json.array?.count } == [200, 200, 1])
    try await client(of: server).createLogs([])
    #expect(server.calls.count == 3)
  }
}
