import Connectors
import Essentials
import HTTP
import Synchronization
import Testing

extension LoopbackStore {
  /// With parts of half a megabyte.
  var smallParts: Storage {
    var storage = storage
    storage.partSize = { _ in S3WritingTests.part }
    return storage
  }
}

@Suite("Writing objects") struct S3WritingTests {
  static let location = Location.object(bucket: "bucket", key: "a")
  static let part = 512 << 10

  /// A store that takes multipart uploads; what is different is said for the single request.
  static func store(
    _ size: Int, differently: @escaping @Sendable (StoreRequest, Int) -> StoreReply? = { _, _ in nil }
  ) throws -> LoopbackStore {
    let counts = Mutex<[String: Int]>([:])
    return try LoopbackStore { request in
      let kind = "\(request.method) \(request.query)"
      let count = counts.withLock { counts in
        counts[kind, default: 0] += 1
        return counts[kind] ?? 0
      }
      if let reply = differently(request, count) { return reply }
      switch (request.method, request.query) {
      case ("POST", "uploads="):
        return .xml(
          "<InitiateMultipartUploadResult xmlns=\"x\"><Bucket>bucket</Bucket><UploadId>id-1</UploadId></InitiateMultipartUploadResult>"
        )
      case ("POST", _):
        return .xml("  \n<CompleteMultipartUploadResult><ETag>x-2</ETag></CompleteMultipartUploadResult>")
      case ("HEAD", _): return StoreReply(headers: ["Content-Length": "\(size)", "ETag": "x-2"])
      case ("DELETE", _): return StoreReply(status: 204)
      default: return StoreReply(headers: ["ETag": "\"e-\(request.body.count)\""])
      }
    }
  }

  @Test("Parts are of 8 MiB, and larger where 10,000 of them would not be enough")
  func partSizes() {
    let size = Storage().partSize
    #expect(
      size(1) == 8 << 20 && size(2000) == 8 << 20 && size(2001) == 16 << 20 && size(10_000) == 128 << 20)
  }

  static func write(_ count: Int, to store: LoopbackStore) async throws {
    let writer = try await store.smallParts.writer(to: location)
    for start in stride(from: 0, to: count, by: 100_000) {
      try await writer.write([UInt8](repeating: 7, count: min(100_000, count - start)))
    }
    try await writer.finish()
  }

  @Test("Up to one part is one request", arguments: [0, 5, 512 << 10])
  func small(_ count: Int) async throws {
    let store = try Self.store(count)
    try await Self.write(count, to: store)
    #expect(store.lines == ["PUT /bucket/a"])
    #expect(store.requests[0].body.count == count)
    #expect(store.requests[0].headers["x-amz-content-sha256"]?.count == 64)
  }

  @Test("More is sent in parts, completed in order, and its size compared")
  func parts() async throws {
    let count = 2 * Self.part + 3
    let store = try Self.store(count)
    try await Self.write(count, to: store)
    #expect(
      store.lines == [
        "POST /bucket/a?uploads=", "PUT /bucket/a?partNumber=1&uploadId=id-1",
        "PUT /bucket/a?partNumber=2&uploadId=id-1", "PUT /bucket/a?partNumber=3&uploadId=id-1",
        "POST /bucket/a?uploadId=id-1", "HEAD /bucket/a",
      ])
    #expect(store.requests[1...3].map(\.body.count) == [Self.part, Self.part, 3])
    #expect(
      store.requests[4].text.contains(
        "<Part><PartNumber>1</PartNumber><ETag>\"e-524288\"</ETag></Part><Part><PartNumber>2</PartNumber>"))
  }

  @Test("A size that is not the one written is an error")
  func wrongSize() async throws {
    let store = try Self.store(17)
    let error = await #expect(throws: S3Failure.self) { try await Self.write(Self.part + 1, to: store) }
    #expect(error?.message == "writing s3://bucket/a: the store has 17 of 524289 bytes")
    #expect(error?.kind == .transient)
  }

  @Test("Who may write and not read is not stopped by that")
  func writeOnly() async throws {
    let store = try Self.store(0) { request, _ in request.method == "HEAD" ? StoreReply(status: 403) : nil }
    try await Self.write(Self.part + 1, to: store)
  }

  @Test("A part that fails for good gives the upload up")
  func failedPart() async throws {
    let store = try Self.store(0) { request, _ in
      request.query.hasPrefix("partNumber=2") ? .error(403, "AccessDenied") : nil
    }
    let error = await #expect(throws: S3Failure.self) { try await Self.write(2 * Self.part + 1, to: store) }
    #expect(error?.message == "writing part 2 of s3://bucket/a: access is denied (AccessDenied, status 403)")
    #expect(store.lines.last == "DELETE /bucket/a?uploadId=id-1")
  }

  @Test("A part that the store cannot take just now is sent again")
  func slowDown() async throws {
    let count = Self.part + 1
    let store = try Self.store(count) { request, count in
      request.query.hasPrefix("partNumber=1") && count == 1 ? .error(503, "SlowDown") : nil
    }
    try await Self.write(count, to: store)
    #expect(store.lines.count { $0.hasPrefix("PUT /bucket/a?partNumber=1&") } == 2)
  }

  @Test("An error inside a 200 is one: it is tried again, and then thrown")
  func errorInside() async throws {
    let once = try Self.store(Self.part + 1) { request, count in
      request.line == "POST /bucket/a?uploadId=id-1" && count == 1 ? .error(200, "InternalError") : nil
    }
    try await Self.write(Self.part + 1, to: once)
    #expect(once.lines.count { $0 == "POST /bucket/a?uploadId=id-1" } == 2)
    let always = try Self.store(Self.part + 1) { request, _ in
      request.line == "POST /bucket/a?uploadId=id-1" ? .error(200, "InternalError") : nil
    }
    let error = await #expect(throws: S3Failure.self) { try await Self.write(Self.part + 1, to: always) }
    #expect(error?.code == "InternalError")
    #expect(error?.status == 200)
    #expect(error?.kind == .transient)
    #expect(always.lines.last == "DELETE /bucket/a?uploadId=id-1")
  }

  @Test("An answer to the completion that is lost after the store has done it is no failure")
  func lostAnswer() async throws {
    let count = Self.part + 1
    let store = try Self.store(count) { request, count in
      guard request.line == "POST /bucket/a?uploadId=id-1" else { return nil }
      return count == 1
        ? StoreReply(headers: ["Content-Length": "100"], body: [], cutAfter: 0) : .error(404, "NoSuchUpload")
    }
    try await Self.write(count, to: store)
    #expect(store.lines.last == "HEAD /bucket/a")
    let gone = try Self.store(count) { request, _ in
      request.line == "POST /bucket/a?uploadId=id-1" ? .error(404, "NoSuchUpload") : nil
    }
    let error = await #expect(throws: S3Failure.self) { try await Self.write(count, to: gone) }
    #expect(error?.code == "NoSuchUpload")
  }

  @Test("Let go of: the parts are thrown away", .timeLimit(.minutes(1)))
  func letGo() async throws {
    let store = try Self.store(0)
    func begin() async throws {
      let writer = try await store.smallParts.writer(to: Self.location)
      try await writer.write([UInt8](repeating: 7, count: Self.part + 1))
    }
    try await begin()
    while store.lines.last != "DELETE /bucket/a?uploadId=id-1" { await Task.yield() }
    let finished = try Self.store(Self.part + 1)
    try await Self.write(Self.part + 1, to: finished)
    #expect(finished.lines.last == "HEAD /bucket/a")
  }

  @Test("Abandoned, cancelled or thrown out of: the parts are thrown away")
  func abandoned() async throws {
    let store = try Self.store(0)
    let writer = try await store.smallParts.writer(to: Self.location)
    try await writer.write([UInt8](repeating: 7, count: Self.part + 1))
    await writer.abandon()
    #expect(
      store.lines == [
        "POST /bucket/a?uploads=", "PUT /bucket/a?partNumber=1&uploadId=id-1",
        "DELETE /bucket/a?uploadId=id-1",
      ])
    let thrown = try Self.store(0)
    await #expect(throws: Fault.self) {
      try await thrown.smallParts.write(to: Self.location) { writer in
        try await writer.write([UInt8](repeating: 7, count: Self.part + 1))
        throw Fault("something else")
      }
    }
    #expect(thrown.lines.last == "DELETE /bucket/a?uploadId=id-1")
    let cancelled = try Self.store(0)
    let task = Task {
      let writer = try await cancelled.smallParts.writer(to: Self.location)
      try await writer.write([UInt8](repeating: 7, count: Self.part + 1))
      withUnsafeCurrentTask { $0?.cancel() }
      try await writer.finish()
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(cancelled.lines.last == "DELETE /bucket/a?uploadId=id-1")
  }

  @Test("Nothing is sent for a small object that is abandoned")
  func abandonedSmall() async throws {
    let store = try Self.store(0)
    let writer = try await store.smallParts.writer(to: Self.location)
    try await writer.write([1, 2, 3])
    await writer.abandon()
    #expect(store.requests.isEmpty)
  }

  @Test("Parts that cannot be thrown away are named in the log")
  func leftover() async throws {
    let store = try Self.store(0) { request, _ in
      request.method == "DELETE" ? .error(403, "AccessDenied") : nil
    }
    let lines = Mutex<[String]>([])
    let log = Log(label: "test") { entry in lines.withLock { $0.append(entry.message) } }
    var storage = Storage(clock: ImpatientClock(), log: log) { store.s3 }
    storage.partSize = { _ in Self.part }
    let writer = try await storage.writer(to: Self.location)
    try await writer.write([UInt8](repeating: 7, count: Self.part + 1))
    await writer.abandon()
    #expect(
      lines.withLock { $0 }.first?.hasPrefix(
        "the parts of the unfinished s3://bucket/a stay in the store (upload id-1): ") == true)
  }
}
