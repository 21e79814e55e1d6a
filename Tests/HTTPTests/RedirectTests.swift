import Essentials
import HTTP
import Testing

@Suite("Redirects")
struct RedirectTests {
  private func seen(_ request: TestRequest) -> String {
    ["authorization", "private-token", "x-secret", "cookie", "accept"].compactMap { name in
      request.headers[name].map { "\(name)=\($0)" }
    }.joined(separator: " ")
  }

  @Test(
    "A GET follows, relative and absolute, and the answer names the last URL",
    arguments: [301, 302, 303, 307, 308])
  func follows(status: Int) async throws {
    let server = try TestServer { request, connection in
      switch request.path {
      case "/a": connection.answer(status, [("Location", "b?x=1")], text: "this way")
      case "/b":
        connection.answer(
          status,
          [("Location", "http://127.0.0.1:\(request.headers["host"]?.split(separator: ":").last ?? "")/c")])
      default: connection.answer(200, text: "\(request.method) \(request.target)")
      }
    }
    let response = try await HTTPClient().send(HTTPRequest(.get, server.url("/a")))
    #expect(response.status == 200)
    #expect(response.text == "GET /c")
    #expect(response.url == server.url("/c"))
  }

  @Test(
    "The same host gets the credentials again; another gets none of them, nor any header it need not have")
  func credentials() async throws {
    let other = try TestServer { request, connection in connection.answer(200, text: seen(request)) }
    let target = other.url("/other")
    let server = try TestServer { request, connection in
      switch request.path {
      case "/same": connection.answer(302, [("Location", "/end")])
      case "/other": connection.answer(302, [("Location", target)])
      default: connection.answer(200, text: seen(request))
      }
    }
    let client = HTTPClient()
    let headers: HTTPHeaders = ["X-Secret": "s", "Cookie": "c=1", "Accept": "text/plain"]
    let cases: [(HTTPAuthentication, String)] = [
      (
        .basic(username: "Aladdin", password: Secret("open sesame")),
        "authorization=Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ== "
      ),
      (.bearer(Secret("token-1")), "authorization=Bearer token-1 "),
      (.header(name: "PRIVATE-TOKEN", value: Secret("token-2")), "private-token=token-2 "),
    ]
    for (authentication, expected) in cases {
      var request = HTTPRequest(.get, server.url("/same"), headers: headers, authentication: authentication)
      #expect(try await client.send(request).text == "\(expected)x-secret=s cookie=c=1 accept=text/plain")
      request.url = server.url("/other")
      let response = try await client.send(request)
      #expect(response.text == "accept=text/plain")
      #expect(response.url == target)
    }
  }

  @Test("Redirects of other methods, and those that nobody wants followed, are answers")
  func answers() async throws {
    let server = try TestServer { request, connection in
      connection.answer(request.path == "/" ? 302 : 200, [("Location", "/x")], text: "this way")
    }
    let client = HTTPClient()
    for method in [HTTPMethod.post, .put, .patch, .delete] {
      let response = try await client.send(HTTPRequest(method, server.url(), body: .text("body")))
      #expect(response.status == 302)
      #expect(response.headers["Location"] == "/x")
      #expect(response.text == "this way")
    }
    var request = HTTPRequest(.get, server.url())
    request.followsRedirects = false
    #expect(try await client.send(request).status == 302)
  }

  @Test("A circle ends after ten hops")
  func circle() async throws {
    let hops = Recorder<String>()
    let server = try TestServer { request, connection in
      hops.add(request.path)
      connection.answer(302, [("Location", "/again")])
    }
    let failure = await httpFailure { try await HTTPClient().send(HTTPRequest(.get, server.url())) }
    #expect(failure?.reason == .tooManyRedirects(limit: 10))
    #expect(failure?.kind == .configuration)
    #expect(hops.values.count == 11)
  }

  @Test(
    "A way out of HTTP is not taken",
    arguments: ["file:///etc/passwd", "ftp://example.org/x", "gopher://127.0.0.1:1/"])
  func schemes(target: String) async throws {
    let server = try TestServer { _, connection in connection.answer(302, [("Location", target)]) }
    let failure = await httpFailure { try await HTTPClient().send(HTTPRequest(.get, server.url())) }
    guard case .badURL(let problem) = failure?.reason else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(problem.contains("redirects to"))
  }

  @Test("Downloads and streams follow too")
  func downloads() async throws {
    let folder = try TemporaryFolder()
    let server = try TestServer { request, connection in
      if request.path == "/" {
        connection.answer(303, [("Location", "/file")], text: "see there")
      } else {
        connection.answer(200, text: "content")
      }
    }
    let client = HTTPClient()
    let download = try await client.download(HTTPRequest(.get, server.url()), to: folder.file("out"))
    #expect(try folder.read("out") == Array("content".utf8))
    #expect(download.response.url == server.url("/file"))
    let stream = try await client.stream(HTTPRequest(.get, server.url()))
    #expect(stream.url == server.url("/file"))
    #expect(try await stream.reduce(into: [UInt8]()) { $0 += $1 } == Array("content".utf8))
  }
}
