import Essentials
import HTTP
import Testing

@Suite("Authentication")
struct AuthenticationTests {
  /// Answers with the Authorization header and the header `PRIVATE-TOKEN`.
  private func echo() throws -> TestServer {
    try TestServer { request, connection in
      guard let value = request.headers["authorization"] ?? request.headers["private-token"] else {
        return connection.answer(401, [("WWW-Authenticate", "Basic")], text: "who are you?")
      }
      connection.answer(200, text: value)
    }
  }

  @Test("Basic is sent with the first request; the example of RFC 7617")
  func basic() async throws {
    let server = try echo()
    let request = HTTPRequest(
      .get, server.url(), authentication: .basic(username: "Aladdin", password: Secret("open sesame")))
    let response = try await HTTPClient().send(request)
    #expect(response.text == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
  }

  @Test("Without credentials a 401 is an answer")
  func none() async throws {
    let server = try echo()
    let response = try await HTTPClient().send(HTTPRequest(.get, server.url()))
    #expect(response.status == 401)
    #expect(response.text == "who are you?")
  }

  @Test("A bearer token, and a header of the service's own")
  func tokens() async throws {
    let server = try echo()
    let client = HTTPClient()
    let bearer = HTTPRequest(.get, server.url(), authentication: .bearer(Secret("abc.def")))
    #expect(try await client.send(bearer).text == "Bearer abc.def")
    let own = HTTPRequest(
      .get, server.url(), authentication: .header(name: "PRIVATE-TOKEN", value: Secret("cds-key-1")))
    #expect(try await client.send(own).text == "cds-key-1")
  }

  @Test("User and password in the URL become Basic, and are gone from the URL of the answer")
  func inURL() async throws {
    let server = try echo()
    let response = try await HTTPClient().send(
      HTTPRequest(.get, "http://Aladdin:open%20sesame@127.0.0.1:\(server.port)/x"))
    #expect(response.text == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
    #expect(response.url == server.url("/x"))
  }

  @Test("Credentials of one request do not stick to the next on the same connection")
  func noLeak() async throws {
    let server = try echo()
    let client = HTTPClient()
    _ = try await client.send(
      HTTPRequest(.get, server.url(), authentication: .basic(username: "a", password: Secret("bcde"))))
    #expect(try await client.send(HTTPRequest(.get, server.url())).status == 401)
    #expect(server.connectionCount == 1)
  }

  @Test("A value that would become another header is refused before anything is sent")
  func injection() async throws {
    let server = try echo()
    let request = HTTPRequest(.get, server.url(), headers: ["X-Name": "a\r\nX-Evil: 1"])
    let failure = await httpFailure { try await HTTPClient().send(request) }
    #expect(failure?.reason == .badHeader(name: "X-Name"))
    #expect(failure?.kind == .configuration)
    #expect(server.connectionCount == 0)
  }

  @Test("A POST whose password is wrong is sent once, and its 401 is an answer")
  func wrongPassword() async throws {
    let bodies = Recorder<String>()
    let server = try TestServer { request, connection in
      bodies.add(request.text)
      connection.answer(401, [("WWW-Authenticate", "Basic realm=\"DHIS2\"")], text: "wrong")
    }
    let response = try await HTTPClient().send(
      HTTPRequest(
        .post, server.url(), body: .text("values"),
        authentication: .basic(username: "me", password: Secret("wrong-one"))))
    #expect(response.status == 401)
    #expect(response.text == "wrong")
    #expect(bodies.values == ["values"])
  }
}
