import HTTP
import Testing

@Suite("Resuming a download")
struct ResumeTests {
  private static let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 13 / 7) }

  /// Serves the bytes, but cuts the first answer off after 50,000 of them; serves ranges as told.
  private func server(
    _ validator: (String, String)?, requests: Recorder<TestRequest>,
    rest: @escaping @Sendable (TestRequest, TestConnection) -> Void
  ) throws -> TestServer {
    try TestServer { request, connection in
      guard requests.count(adding: request) == 1 else { return rest(request, connection) }
      connection.head(200, [("Content-Length", "200000")] + (validator.map { [$0] } ?? []))
      connection.send(Array(Self.bytes[..<50_000]))
      connection.close()
    }
  }

  /// Where the range that a request asks for begins; nil where it asks for all.
  private static func start(_ request: TestRequest) -> Int? {
    request.headers["range"].flatMap { Int($0.dropFirst(6).dropLast()) }
  }

  private static func sendRest(_ request: TestRequest, _ connection: TestConnection) {
    guard let start = start(request) else { return connection.answer(200, [], bytes) }
    connection.answer(206, [("Content-Range", "bytes \(start)-199999/200000")], bytes[start...])
  }

  private func download(_ server: TestServer, headers: HTTPHeaders = [:]) async throws -> (
    [UInt8], HTTPDownload, [HTTPProgress]
  ) {
    let folder = try TemporaryFolder()
    let told = Recorder<HTTPProgress>()
    let client = HTTPClient(clock: FakeClock())
    let download = try await client.download(
      HTTPRequest(.get, server.url(), headers: headers), to: folder.file("out")
    ) { told.add($0) }
    #expect(folder.names == ["out"])
    return (try folder.read("out"), download, told.values)
  }

  @Test(
    "Only the rest is asked for, on the condition that the file is the same",
    arguments: [("ETag", "\"v1\""), ("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT")])
  func resumes(name: String, value: String) async throws {
    let requests = Recorder<TestRequest>()
    let server = try server((name, value), requests: requests) { Self.sendRest($0, $1) }
    let (bytes, download, told) = try await download(server)
    #expect(bytes == Self.bytes)
    #expect(download.byteCount == 200_000)
    #expect(download.response.status == 206)
    #expect(requests.values.count == 2)
    let second = try #require(requests.values.last)
    let start = try #require(Self.start(second))
    // What of the first 50,000 bytes had arrived.
    #expect((1...50_000).contains(start))
    #expect(second.headers["if-range"] == value)
    #expect(told.last == HTTPProgress(bytes: 200_000, total: 200_000))
  }

  @Test("A file that has changed is fetched from the start")
  func changed() async throws {
    let requests = Recorder<TestRequest>()
    let server = try server(("ETag", "\"v1\""), requests: requests) { request, connection in
      connection.answer(200, [("ETag", "\"v2\"")], text: "the new file")
    }
    let (bytes, download, _) = try await download(server)
    #expect(bytes == Array("the new file".utf8))
    #expect(download.byteCount == 12)
  }

  @Test("Without a strong validator nothing is resumed", arguments: [nil, ("ETag", "W/\"v1\"")])
  func noValidator(validator: (String, String)?) async throws {
    let requests = Recorder<TestRequest>()
    let server = try server(validator, requests: requests) { Self.sendRest($0, $1) }
    let (bytes, _, _) = try await download(server)
    #expect(bytes == Self.bytes)
    #expect(requests.values.last?.headers["range"] == nil)
  }

  @Test("A range of the caller's own is kept as it is")
  func ownRange() async throws {
    let requests = Recorder<TestRequest>()
    let server = try server(("ETag", "\"v1\""), requests: requests) { request, connection in
      connection.answer(206, [("Content-Range", "bytes 5-9/200000")], Self.bytes[5...9])
    }
    let (bytes, download, _) = try await download(server, headers: ["Range": "bytes=5-9"])
    #expect(bytes == Array(Self.bytes[5...9]))
    #expect(download.response.status == 206)
    #expect(requests.values.last?.headers["range"] == "bytes=5-9")
  }

  @Test("A server that refuses the rest (416), or sends another part, is asked for the whole")
  func wrongRange() async throws {
    for status in [416, 206] {
      let requests = Recorder<TestRequest>()
      let server = try server(("ETag", "\"v1\""), requests: requests) { request, connection in
        guard request.headers["range"] != nil else { return Self.sendRest(request, connection) }
        connection.answer(
          status, [("Content-Range", status == 416 ? "bytes */200000" : "bytes 7-9/200000")], [1, 2, 3])
      }
      let (bytes, download, _) = try await download(server)
      #expect(bytes == Self.bytes)
      #expect(download.response.status == 200)
      #expect(requests.values.count == 3)
    }
  }
}
