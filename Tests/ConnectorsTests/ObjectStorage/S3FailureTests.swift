import Connectors
import Essentials
import HTTP
import Testing

@Suite("What a store's refusal means") struct S3FailureTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let status: Int
    let code: String
    let kind: FailureKind
    let words: String
    var testDescription: String { "\(code) \(status)" }
  }

  static let cases = [
    Case(status: 404, code: "NoSuchBucket", kind: .configuration, words: "there is no bucket bucket"),
    Case(status: 404, code: "NoSuchKey", kind: .configuration, words: "there is no object"),
    Case(status: 403, code: "AccessDenied", kind: .configuration, words: "access is denied"),
    Case(
      status: 403, code: "InvalidAccessKeyId", kind: .configuration, words: "does not know this access key"),
    Case(
      status: 403, code: "SignatureDoesNotMatch", kind: .configuration,
      words: "the secret key does not belong to the access key"),
    Case(status: 400, code: "ExpiredToken", kind: .configuration, words: "the session token is not valid"),
    Case(status: 403, code: "RequestTimeTooSkewed", kind: .configuration, words: "clock"),
    Case(status: 503, code: "SlowDown", kind: .transient, words: "cannot do it now: in words"),
    Case(status: 500, code: "InternalError", kind: .transient, words: "cannot do it now: in words"),
    Case(status: 503, code: "XMinioServerNotInitialized", kind: .transient, words: "cannot do it now"),
    Case(status: 400, code: "RequestTimeout", kind: .transient, words: "cannot do it now"),
    Case(status: 507, code: "XMinioStorageFull", kind: .rejected, words: "the store is full"),
    Case(status: 400, code: "EntityTooLarge", kind: .rejected, words: "refuses it: in words"),
    Case(status: 403, code: "SomethingNew", kind: .configuration, words: "access is denied"),
  ]

  @Test("By its code, or else by its status", arguments: cases)
  func codes(_ expected: Case) async throws {
    let store = try LoopbackStore { _ in .error(expected.status, expected.code) }
    let error = await #expect(throws: S3Failure.self) {
      try await RetryScope.$isLeftToTask.withValue(true) {
        try await store.storage.read(.object(bucket: "bucket", key: "a"))
      }
    }
    #expect(error?.kind == expected.kind)
    #expect(error?.code == expected.code)
    #expect(error?.status == expected.status)
    #expect(error?.message.contains(expected.words) == true, "\(error?.message ?? "")")
    #expect(error?.message.hasPrefix("reading s3://bucket/a: ") == true)
    #expect(error?.message.hasSuffix("(\(expected.code), status \(expected.status))") == true)
  }

  @Test("Another region is named, from the header or the document")
  func region() async throws {
    let header = try LoopbackStore { _ in
      StoreReply(status: 301, headers: ["x-amz-bucket-region": "eu-west-1", "Location": "http://elsewhere/"])
    }
    var error = await #expect(throws: S3Failure.self) {
      try await header.s3.head(bucket: "bucket", key: "a")
    }
    #expect(error?.remedy == "Set the region to eu-west-1.")
    let document = try LoopbackStore { _ in
      .error(400, "AuthorizationHeaderMalformed", "<Region>af-south-1</Region>")
    }
    error = await #expect(throws: S3Failure.self) { try await document.s3.list(bucket: "bucket") }
    #expect(error?.message.contains("the bucket is in the region af-south-1") == true)
    #expect(error?.kind == .configuration)
  }

  @Test("A refusal without a document, or with one that is no XML, is told by its status")
  func noDocument() async throws {
    for body in ["", "<html><p>Forbidden</html>", "<Error><Code></Code></Error>", "<Error><Code>AccessDe"] {
      let store = try LoopbackStore { _ in StoreReply(status: 403, body: Array(body.utf8)) }
      let error = await #expect(throws: S3Failure.self) {
        try await store.s3.put(bucket: "bucket", key: "a", [1])
      }
      #expect(error?.message == "writing s3://bucket/a: access is denied (status 403)")
      #expect(error?.code == nil)
    }
  }

  @Test("A secret that the store repeats is masked")
  func masked() async throws {
    let store = try LoopbackStore { _ in
      .xml("<Error><Code>Odd</Code><Message>signed with made-up-secret</Message></Error>", status: 400)
    }
    let error = await #expect(throws: S3Failure.self) {
      try await store.s3.delete(bucket: "bucket", key: "a")
    }
    #expect(
      error?.message == "deleting s3://bucket/a: the store refuses it: signed with ******** (Odd, status 400)"
    )
  }

  @Test("What is missing is no error where it is looked for or deleted, but a missing bucket is")
  func missing() async throws {
    let store = try LoopbackStore { _ in .error(404, "NoSuchKey") }
    #expect(try await !store.storage.exists(.object(bucket: "bucket", key: "a")))
    try await store.storage.delete(.object(bucket: "bucket", key: "a"))
    let none = try LoopbackStore { _ in .error(404, "NoSuchBucket") }
    await #expect(throws: S3Failure.self) {
      try await none.storage.delete(.object(bucket: "bucket", key: "a"))
    }
  }
}
