import Connectors
import Essentials
import HTTP
import Synchronization
import Testing

@Suite("Reading objects") struct S3ReadingTests {
  static let bytes = noise(600_000)

  /// Answers a GET, whole or from a byte on, as a proper store does.
  static func serve(_ request: StoreRequest, cutAfter: Int? = nil, etag: String = "\"v1\"") -> StoreReply {
    let first = request.headers["range"].flatMap { Int($0.dropFirst(6).dropLast()) } ?? 0
    var reply = StoreReply(
      status: first > 0 ? 206 : 200, headers: ["ETag": etag], body: Array(bytes[first...]), cutAfter: cutAfter
    )
    if first > 0 { reply.headers["Content-Range"] = "bytes \(first)-\(bytes.count - 1)/\(bytes.count)" }
    return reply
  }

  @Test("An object is asked for by a signed request, its key percent-encoded")
  func request() async throws {
    let store = try LoopbackStore { _ in StoreReply(body: [1, 2, 3]) }
    #expect(try await store.storage.read(.object(bucket: "bucket", key: "a b/c+d%/ü.json")) == [1, 2, 3])
    let request = try #require(store.requests.first)
    #expect(request.line == "GET /bucket/a%20b/c%2Bd%25/%C3%BC.json")
    #expect(request.headers["authorization"]?.contains("Credential=made-up/") == true)
    #expect(request.headers["authorization"]?.contains("/us-east-1/s3/aws4_request") == true)
    #expect(request.headers["accept-encoding"] == nil)
  }

  @Test("A connection that breaks is made again for the rest of the same version")
  func resume() async throws {
    let calls = Mutex(0)
    let store = try LoopbackStore { request in
      let call = calls.withLock { calls in
        calls += 1
        return calls
      }
      return Self.serve(request, cutAfter: call < 4 ? 100_000 : nil)
    }
    let read = try await store.storage.read(.object(bucket: "bucket", key: "a"))
    #expect(read == Self.bytes)
    let later = store.requests.dropFirst()
    #expect(later.map { $0.headers["range"] } == ["bytes=100000-", "bytes=200000-", "bytes=300000-"])
    #expect(later.allSatisfy { $0.headers["if-match"] == "\"v1\"" })
  }

  @Test("A store that sends the whole again is understood")
  func wholeAgain() async throws {
    let calls = Mutex(0)
    let store = try LoopbackStore { request in
      let isFirst = calls.withLock { calls in
        calls += 1
        return calls == 1
      }
      return StoreReply(headers: ["ETag": "\"v1\""], body: Self.bytes, cutAfter: isFirst ? 300_001 : nil)
    }
    #expect(try await store.storage.read(.object(bucket: "bucket", key: "a")) == Self.bytes)
  }

  @Test("An object that is replaced while it is read is an error, not a mixture")
  func replaced() async throws {
    for answer in [
      StoreReply.error(412, "PreconditionFailed"), StoreReply(headers: ["ETag": "\"v2\""], body: Self.bytes),
    ] {
      let store = try LoopbackStore { request in
        request.headers["range"] == nil ? Self.serve(request, cutAfter: 100_000) : answer
      }
      let error = await #expect(throws: S3Failure.self) {
        try await store.storage.read(.object(bucket: "bucket", key: "a"))
      }
      #expect(error?.message.contains("the object was replaced meanwhile") == true)
      #expect(error?.kind == .transient)
    }
  }

  @Test("Without a version, or where the task retries by itself, a broken connection is the end")
  func noResume() async throws {
    let store = try LoopbackStore { _ in StoreReply(body: Self.bytes, cutAfter: 100_000) }
    let location = Location.object(bucket: "bucket", key: "a")
    await #expect(throws: HTTPFailure.self) { try await store.storage.read(location) }
    #expect(store.requests.count == 1)
    let versioned = try LoopbackStore { Self.serve($0, cutAfter: 100_000) }
    await #expect(throws: HTTPFailure.self) {
      try await RetryScope.$isLeftToTask.withValue(true) { try await versioned.storage.read(location) }
    }
    #expect(versioned.requests.count == 1)
  }

  @Test("A connection that breaks again and again without a byte is given up")
  func givenUp() async throws {
    let store = try LoopbackStore { request in
      Self.serve(request, cutAfter: request.headers["range"] == nil ? 100_000 : 0)
    }
    let error = await #expect(throws: HTTPFailure.self) {
      try await store.storage.read(.object(bucket: "bucket", key: "a"))
    }
    #expect(error?.kind == .transient)
    #expect(store.requests.count == 4)
  }

  @Test("Gzip that the store cuts short is an error")
  func truncatedGzip() async throws {
    let folder = try TestFolder()
    try await Storage().write(Self.bytes, to: folder.location("a.gz"))
    let packed = try folder.bytes("a.gz")
    let store = try LoopbackStore { request in
      StoreReply(body: request.path.hasSuffix("cut.gz") ? packed.dropLast(1) : packed)
    }
    #expect(try await store.storage.read(.object(bucket: "bucket", key: "whole.gz")) == Self.bytes)
    let error = await #expect(throws: FileFailure.self) {
      try await store.storage.read(.object(bucket: "bucket", key: "cut.gz"))
    }
    #expect(error?.message == "cannot unpack s3://bucket/cut.gz: it ends in the middle")
  }

  @Test("A part of an object, from stores that know parts and from those that do not")
  func range() async throws {
    let parts = try LoopbackStore { request in
      #expect(request.headers["range"] == "bytes=5-8")
      return StoreReply(status: 206, headers: ["Content-Range": "bytes 5-8/10"], body: [5, 6, 7, 8])
    }
    #expect(try await parts.s3.read(bucket: "bucket", key: "a", range: 5..<9) == [5, 6, 7, 8])
    let whole = try LoopbackStore { _ in StoreReply(body: Array(0..<10)) }
    #expect(try await whole.s3.read(bucket: "bucket", key: "a", range: 5..<9) == [5, 6, 7, 8])
    #expect(try await whole.s3.read(bucket: "bucket", key: "a", range: 5..<5) == [])
    let wrong = try LoopbackStore { _ in
      StoreReply(status: 206, headers: ["Content-Range": "bytes 6-9/10"], body: [6, 7, 8, 9])
    }
    await #expect(throws: S3Failure.self) {
      try await wrong.s3.read(bucket: "bucket", key: "a", range: 5..<9)
    }
  }

  @Test("Folders and keys that no store can have are refused before anything is asked")
  func refused() async throws {
    let store = try LoopbackStore { _ in StoreReply() }
    for key in ["", "folder/"] {
      let error = await #expect(throws: Misconfiguration.self) {
        try await store.storage.read(.object(bucket: "bucket", key: key))
      }
      #expect(error?.message == "s3://bucket/\(key) is a folder")
    }
    let error = await #expect(throws: S3Failure.self) {
      try await store.storage.read(.object(bucket: "bucket", key: "a/../b"))
    }
    #expect(error?.message.contains("without the parts") == true)
    #expect(store.requests.isEmpty)
  }
}
