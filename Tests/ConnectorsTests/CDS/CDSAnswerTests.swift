import Essentials
import FlowKit
import HTTP
import Testing

@testable import Connectors

@Suite("What the store's answers mean") struct CDSAnswerTests {
  private func failure(_ status: Int, _ body: String, type: String) -> CDSFailure {
    CDSAnswer(
      response: HTTPResponse(status: status, headers: ["Content-Type": type], body: Array(body.utf8)),
      operation: "requesting x", server: "http://x"
    ).failure
  }

  @Test(
    "What is no answer of the store's API is a matter of the address",
    arguments: [
      (200, "<html>hello", "text/html"), (404, "<!DOCTYPE html>", "text/plain"),
      (200, "{}", "application/json"),
      (302, "", "text/plain"),
    ])
  func noAPI(status: Int, body: String, type: String) {
    let failure = failure(status, body, type: type)
    #expect(failure.kind == .configuration)
    #expect(failure.message.contains("no answer of the store's API (\(status))"))
    #expect(failure.remedy?.contains("proxy") == true)
  }

  @Test("A gateway's page says that the store is away, and a host of files answers in XML")
  func others() {
    #expect(failure(502, "<html>", type: "text/html").kind == .transient)
    #expect(!failure(403, "<?xml version='1.0'?><Error/>", type: "application/xml").message.contains("API"))
  }

  @Test("A web page in place of an answer is no broken JSON")
  func page() async throws {
    let store = try LoopbackStore { _ in
      StoreReply(status: 200, headers: ["Content-Type": "text/html"], body: Array("<html>sign in".utf8))
    }
    let block = BlockValues(
      typeSlug: CDSCredentials.typeSlug, name: "cds",
      values: ["url": .string("http://127.0.0.1:\(store.port)"), "key": "made-up"], origin: "the test")
    let client = CDS(try CDSCredentials(block), http: LoopbackStore.client)
    let error = await #expect(throws: CDSFailure.self) { try await client.lastDay(of: "x") }
    #expect(error?.kind == .configuration)
    #expect(error?.message.contains("a web page came") == true)
  }
}
