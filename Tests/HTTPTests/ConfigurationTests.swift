import Essentials
import Glibc
import HTTP
import Testing

@Suite("What all requests of a client share")
struct ConfigurationTests {
  @Test("Cookies are forgotten, and kept where the configuration says so")
  func cookies() async throws {
    let server = try TestServer { request, connection in
      connection.answer(
        200, [("Set-Cookie", "session=abc; Path=/")], text: request.headers["cookie"] ?? "none")
    }
    for (keeps, expected) in [(false, "none"), (true, "session=abc")] {
      let client = HTTPClient(configuration: HTTPConfiguration(keepsCookies: keeps))
      #expect(try await client.send(HTTPRequest(.get, server.url())).text == "none")
      #expect(try await client.send(HTTPRequest(.get, server.url())).text == expected)
    }
  }

  @Test("A proxy is asked for the whole URL; one that refuses to connect is named")
  func proxy() async throws {
    let server = try TestServer { request, connection in
      if request.method == "CONNECT" {
        connection.answer(403)
      } else {
        connection.answer(200, text: request.target)
      }
    }
    let client = HTTPClient(configuration: HTTPConfiguration(proxy: .url(server.url())))
    let response = try await client.send(HTTPRequest(.get, "http://dhis2.example.org/api?x=1"))
    #expect(response.text == "http://dhis2.example.org/api?x=1")
    var secure = HTTPRequest(.get, "https://dhis2.example.org/api")
    secure.retry = .never
    let failure = await httpFailure { try await client.send(secure) }
    guard case .proxy(let detail) = failure?.reason else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(detail.contains("403"))
    #expect(failure?.kind == .configuration)
  }

  @Test("The environment names the proxy, and who is asked without it")
  func environmentProxy() async {
    await #expect(processExitsWith: .success) {
      let proxy = try TestServer { _, connection in connection.answer(200, text: "by proxy") }
      let server = try TestServer { _, connection in connection.answer(200, text: "straight") }
      setenv("http_proxy", proxy.url(), 1)
      setenv("no_proxy", "127.0.0.1", 1)
      let client = HTTPClient()
      guard try await client.send(HTTPRequest(.get, "http://dhis2.example.org/")).text == "by proxy",
        try await client.send(HTTPRequest(.get, server.url())).text == "straight"
      else { exit(1) }
      let none = HTTPClient(configuration: HTTPConfiguration(proxy: .none))
      unsetenv("no_proxy")
      guard try await client.send(HTTPRequest(.get, server.url())).text == "by proxy",
        try await none.send(HTTPRequest(.get, server.url())).text == "straight"
      else { exit(2) }
    }
  }

  @Test("The log names method, masked URL, status and size, and no secret")
  func log() async throws {
    let server = try TestServer { request, connection in
      connection.answer(request.path == "/busy" ? 503 : 200, text: "12345")
    }
    let lines = Recorder<Log.Line>()
    let client = HTTPClient(clock: FakeClock(), log: Log(label: "http") { lines.add($0) })
    let password = Secret("log-password-77")
    _ = try await client.send(
      HTTPRequest(
        .get, server.url("/ok?api_key=log-key-42&page=1"),
        authentication: .basic(username: "me", password: password)))
    _ = try await client.send(HTTPRequest(.get, server.url("/busy")))
    let texts = lines.values.map { "\($0.level) \($0.message)" }
    let first = try #require(texts.first)
    #expect(first.hasPrefix("debug GET \(server.url("/ok"))?api_key=********&page=1: 200, 5 bytes, "))
    let retries = texts.filter { $0.hasPrefix("info") }
    #expect(retries.count == 3)
    #expect(retries.first?.contains("answered 503; attempt 2 of 4 in ") == true)
    for text in texts { #expect(!text.contains("log-key-42") && !text.contains("log-password-77")) }
  }
}
