import Essentials
import HTTP
import Testing

@Suite("Failures")
struct FailureTests {
  private func failure(_ request: HTTPRequest, _ client: HTTPClient = HTTPClient()) async -> HTTPFailure? {
    var request = request
    request.retry = .never
    return await httpFailure { try await client.send(request) }
  }

  @Test("Nobody listens: transient, with the address")
  func refused() async throws {
    let port = try TestServer.closedPort()
    let failure = await failure(HTTPRequest(.get, "http://127.0.0.1:\(port)/x"))
    #expect(failure?.reason == .connectionRefused)
    #expect(failure?.kind == .transient)
    #expect(failure?.message == "GET http://127.0.0.1:\(port)/x: the connection was refused")
  }

  @Test("A name that nobody has (RFC 6761's .invalid)")
  func unresolved() async throws {
    let client = HTTPClient(configuration: HTTPConfiguration(proxy: .none))
    let failure = await failure(HTTPRequest(.get, "http://nowhere.invalid/"), client)
    #expect(failure?.reason == .nameNotResolved)
    #expect(failure?.kind == .transient)
  }

  @Test(
    "URLs that cannot be asked are told apart before anything is sent",
    arguments: [
      ("", "begin with http"), ("dhis2.example.org/api", "begin with http"),
      ("ftp://example.org/x", "neither http nor https"),
      ("http://", "host"), ("http://a b/", "host"), ("http://example.org/a b", "percent-encoded"),
      ("http://example.org:99999/", "port"), ("file:///etc/passwd", "neither http nor https"),
      ("http://example.org/\r\nX: 1", "percent-encoded"),
    ])
  func badURL(url: String, words: String) async throws {
    let failure = await failure(HTTPRequest(.get, url))
    guard case .badURL(let problem) = failure?.reason else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(problem.contains(words))
    #expect(failure?.kind == .configuration)
    #expect(failure?.remedy != nil)
  }

  @Test("A body shorter than its length was cut off")
  func shortBody() async throws {
    let server = try TestServer { _, connection in
      connection.head(200, [("Content-Length", "100")])
      connection.send(Array("only this".utf8))
      connection.close()
    }
    guard case .cutOff = await failure(HTTPRequest(.get, server.url()))?.reason else {
      Issue.record("not cut off")
      return
    }
  }

  @Test("A reset in mid-body, and a connection closed without a word, were cut off")
  func reset() async throws {
    let server = try TestServer { request, connection in
      guard request.path == "/reset" else { return connection.close() }
      connection.head(200, [("Content-Length", "100")])
      connection.reset()
    }
    for path in ["/reset", "/close"] {
      let failure = await failure(HTTPRequest(.get, server.url(path)))
      guard case .cutOff = failure?.reason else {
        Issue.record("\(String(describing: failure))")
        return
      }
      #expect(failure?.kind == .transient)
    }
  }

  @Test("Bytes that are no HTTP, and broken gzip, are answers that cannot be read")
  func garbage() async throws {
    let server = try TestServer { request, connection in
      if request.path == "/gzip" {
        connection.answer(200, [("Content-Encoding", "gzip")], text: "this is no gzip at all")
      } else {
        connection.send(Array("SSH-2.0-OpenSSH_9.2\r\n".utf8))
        connection.close()
      }
    }
    for path in ["/gzip", "/ssh"] {
      let failure = await failure(HTTPRequest(.get, server.url(path)))
      guard case .badAnswer = failure?.reason else {
        Issue.record("\(path): \(String(describing: failure))")
        return
      }
    }
  }

  @Test("A body over the limit is refused: announced, unannounced, and when unpacked")
  func tooLarge() async throws {
    let server = try TestServer { request, connection in
      switch request.path {
      case "/announced": connection.answer(200, text: "123456")
      case "/chunked":
        connection.head(200, [("Transfer-Encoding", "chunked")])
        connection.send(Array("6\r\n123456\r\n0\r\n\r\n".utf8))
      case "/exact": connection.answer(200, text: "12345")
      default: connection.answer(200, [("Content-Encoding", "gzip")], gzipped("123456"))
      }
    }
    for path in ["/announced", "/chunked", "/gzip"] {
      var request = HTTPRequest(.get, server.url(path))
      request.largestBody = 5
      let failure = await failure(request)
      #expect(failure?.reason == .bodyTooLarge(limit: 5), "\(path)")
      #expect(failure?.kind == .rejected)
    }
    var request = HTTPRequest(.get, server.url("/exact"))
    request.largestBody = 5
    #expect(try await HTTPClient().send(request).text == "12345")
  }

  @Test("A file to upload that is not there, or is a folder")
  func missingUpload() async throws {
    let server = try TestServer { _, connection in connection.answer(200, text: "ok") }
    let folder = try TemporaryFolder()
    for path in [folder.file("missing"), folder.path] {
      let failure = await failure(HTTPRequest(.put, server.url(), body: .file(path)))
      guard case .cannotReadFile(path, _) = failure?.reason else {
        Issue.record("\(String(describing: failure))")
        return
      }
      #expect(failure?.kind == .configuration)
      #expect(failure?.message.contains(path) == true)
    }
    #expect(server.connectionCount == 0)
  }

  @Test("No message shows a password, a token or a secret of the query")
  func masked() async throws {
    let port = try TestServer.closedPort()
    let failure = await failure(
      HTTPRequest(
        .get,
        "http://joe:hunter22@127.0.0.1:\(port)/a?page=2&access_token=tok-4711&X-Amz-Signature=5e5e5e#end",
        authentication: .bearer(Secret("bearer-0815"))))
    let text = failure?.description ?? ""
    #expect(text.contains("page=2"))
    #expect(text.contains("access_token=********&X-Amz-Signature=********"))
    for secret in ["joe", "hunter22", "tok-4711", "5e5e5e", "bearer-0815"] { #expect(!text.contains(secret)) }
  }
}
