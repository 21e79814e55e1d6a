import HTTP
import Testing

@Suite("Sending a request")
struct SendTests {
  @Test("A GET arrives as it was asked, and its answer comes back whole")
  func get() async throws {
    let requests = Recorder<TestRequest>()
    let server = try TestServer { request, connection in
      requests.add(request)
      connection.answer(200, [("X-One", "1"), ("x-one", "2"), ("X-Empty", "")], text: "hällo")
    }
    let response = try await HTTPClient().send(
      HTTPRequest(.get, server.url("/a%20b?x=1&y=%C3%A4"), headers: ["Accept": "text/plain", "X-Empty": ""]))

    #expect(response.status == 200)
    #expect(response.isSuccess)
    #expect(response.text == "hällo")
    #expect(response.headers["X-ONE"] == "1")
    #expect(response.headers.all("X-One") == ["1", "2"])
    #expect(response.headers["x-empty"] == "")
    #expect(response.headers["X-Two"] == nil)
    #expect(response.url == server.url("/a%20b?x=1&y=%C3%A4"))
    let request = try #require(requests.values.first)
    #expect(request.method == "GET")
    #expect(request.target == "/a%20b?x=1&y=%C3%A4")
    #expect(request.headers["accept"] == "text/plain")
    #expect(request.headers["x-empty"] == "")
    #expect(request.headers["user-agent"] == "sluice/0.1.0")
    #expect(request.headers["content-type"] == nil)
    #expect(request.headers["authorization"] == nil)
  }

  @Test(
    "Every method carries its body, from memory and from a file",
    arguments: [HTTPMethod.post, .put, .patch, .delete])
  func bodies(method: HTTPMethod) async throws {
    let folder = try TemporaryFolder()
    let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try folder.write(bytes, to: "body")
    let server = try TestServer { request, connection in
      connection.answer(
        201, [("X-Method", request.method), ("X-Type", request.headers["content-type"] ?? "none")],
        request.body)
    }
    let client = HTTPClient()
    for body in [HTTPBody.bytes(bytes), .file(folder.file("body"))] {
      let response = try await client.send(
        HTTPRequest(method, server.url(), headers: ["Content-Type": "application/x-test"], body: body))
      #expect(response.status == 201)
      #expect(response.headers["X-Method"] == method.rawValue)
      #expect(response.headers["X-Type"] == "application/x-test")
      #expect(response.body == bytes)
    }
  }

  @Test("A POST without a body says that its length is 0; a DELETE says nothing")
  func emptyBodies() async throws {
    let server = try TestServer { request, connection in
      connection.answer(200, text: "\(request.method) \(request.headers["content-length"] ?? "none")")
    }
    let client = HTTPClient()
    for (method, expected) in [
      (HTTPMethod.post, "POST 0"), (.put, "PUT 0"), (.patch, "PATCH 0"), (.delete, "DELETE none"),
    ] {
      #expect(try await client.send(HTTPRequest(method, server.url())).text == expected)
    }
    #expect(try await client.send(HTTPRequest(.post, server.url(), body: .bytes([]))).text == "POST 0")
  }

  @Test("A HEAD brings the headers and no body")
  func head() async throws {
    let server = try TestServer { request, connection in
      connection.head(200, [("Content-Length", "1000000000000"), ("X-Method", request.method)])
    }
    let response = try await HTTPClient().send(HTTPRequest(.head, server.url()))
    #expect(response.headers["X-Method"] == "HEAD")
    #expect(response.headers["Content-Length"] == "1000000000000")
    #expect(response.body.isEmpty)
  }

  @Test("Any status is an answer, with its body", arguments: [204, 304, 400, 401, 404, 409, 418, 501])
  func statuses(status: Int) async throws {
    let hasBody = status != 204 && status != 304
    let server = try TestServer { _, connection in
      if hasBody { connection.answer(status, text: "because") } else { connection.head(status, []) }
    }
    let response = try await HTTPClient().send(HTTPRequest(.get, server.url()))
    #expect(response.status == status)
    #expect(response.isSuccess == (status == 204))
    #expect(response.text == (hasBody ? "because" : ""))
  }

  @Test("100 Continue, broken lines and trailers are no part of the answer's headers")
  func oddHeads() async throws {
    let server = try TestServer { _, connection in
      connection.send(Array("HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\n".utf8))
      connection.head(200, [("X-Long", "one\r\n  two"), ("Transfer-Encoding", "chunked")])
      connection.send(Array("3\r\nabc\r\n4\r\ndefg\r\n0\r\nX-Late: 1\r\n\r\n".utf8))
    }
    let response = try await HTTPClient().send(HTTPRequest(.get, server.url()))
    #expect(response.text == "abcdefg")
    #expect(response.headers["X-Early"] == nil)
    #expect(response.headers["X-Late"] == nil)
    #expect(response.headers["X-Long"] == "one two")
  }

  @Test("gzip is asked for and unpacked, and not where the request says so")
  func compression() async throws {
    let server = try TestServer { request, connection in
      let accepts = request.headers["accept-encoding"] ?? ""
      guard accepts.contains("gzip") else {
        return connection.answer(200, [("X-Accepts", accepts)], text: "plain")
      }
      connection.answer(200, [("Content-Encoding", "gzip"), ("X-Accepts", accepts)], gzipped("packed"))
    }
    let client = HTTPClient()
    var request = HTTPRequest(.get, server.url())
    let packed = try await client.send(request)
    #expect(packed.text == "packed")
    #expect(packed.headers["X-Accepts"]?.contains("deflate") == true)
    request.acceptsCompression = false
    let plain = try await client.send(request)
    #expect(plain.text == "plain")
    #expect(plain.headers["X-Accepts"] == "")
  }

  @Test("A connection serves one request after the other")
  func reuse() async throws {
    let server = try TestServer { _, connection in connection.answer(200, text: "ok") }
    let client = HTTPClient()
    for _ in 0..<20 { _ = try await client.send(HTTPRequest(.get, server.url())) }
    #expect(server.connectionCount == 1)
  }

  @Test("200 transfers are under way at once")
  func parallel() async throws {
    let arrived = Recorder<Int>()
    let all = Signal()
    // No request is answered before all 200 have arrived.
    let server = try TestServer { request, connection in
      if arrived.count(adding: 1) == 200 { all.fire() }
      all.block()
      connection.answer(200, text: request.path)
    }
    let client = HTTPClient()
    let paths = try await withThrowingTaskGroup(of: String.self) { group in
      for number in 0..<200 {
        group.addTask { try await client.send(HTTPRequest(.get, server.url("/\(number)"))).text }
      }
      return try await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(paths == Set((0..<200).map { "/\($0)" }))
  }

  @Test("More transfers than the configuration allows wait their turn")
  func turns() async throws {
    let active = Recorder<Int>()
    let server = try TestServer { _, connection in
      active.add(1)
      connection.answer(200, text: "ok")
    }
    let client = HTTPClient(configuration: HTTPConfiguration(mostTransfers: 2))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<50 { group.addTask { _ = try await client.send(HTTPRequest(.get, server.url())) } }
      try await group.waitForAll()
    }
    #expect(active.values.count == 50)
    #expect(server.connectionCount <= 2)
  }

  @Test("How much of a body has been sent is told, the whole at the end")
  func uploadProgress() async throws {
    let server = try TestServer { request, connection in connection.answer(200, text: "\(request.body.count)")
    }
    let told = Recorder<HTTPProgress>()
    var request = HTTPRequest(.put, server.url(), body: .bytes([UInt8](repeating: 7, count: 3_000_000)))
    request.uploadProgress = { told.add($0) }
    #expect(try await HTTPClient().send(request).text == "3000000")
    #expect(told.values.last == HTTPProgress(bytes: 3_000_000, total: 3_000_000))
    #expect(told.values.map(\.bytes) == told.values.map(\.bytes).sorted())
  }

  @Test("A name of the caller's own replaces the client's")
  func userAgent() async throws {
    let server = try TestServer { request, connection in
      connection.answer(200, text: request.headers["user-agent"] ?? "")
    }
    let client = HTTPClient(configuration: HTTPConfiguration(userAgent: "sluice/9.8.7"))
    #expect(try await client.send(HTTPRequest(.get, server.url())).text == "sluice/9.8.7")
    let own = HTTPRequest(.get, server.url(), headers: ["user-agent": "mine"])
    #expect(try await client.send(own).text == "mine")
  }

  @Test("An answer that comes before the whole body has been sent is taken")
  func earlyAnswer() async throws {
    let server = try TestServer(readsBodies: false) { _, connection in
      connection.answer(413, [("Connection", "close")], text: "too large")
      connection.waitForClose()
    }
    let body = HTTPBody.bytes([UInt8](repeating: 1, count: 30 << 20))
    let response = try await HTTPClient().send(HTTPRequest(.post, server.url(), body: body))
    #expect(response.status == 413)
    #expect(response.text == "too large")
  }
}
