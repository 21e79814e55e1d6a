import Connectors
import Essentials
import HTTP
import Testing

@Suite("Making a bucket") struct S3BucketTests {
  @Test("One that is there is left alone")
  func present() async throws {
    let store = try LoopbackStore { _ in StoreReply() }
    #expect(try await !store.s3.createBucket("data"))
    #expect(store.lines == ["HEAD /data"])
  }

  @Test("One that is missing is made, in the region that was set")
  func missing() async throws {
    let store = try LoopbackStore { $0.method == "HEAD" ? StoreReply(status: 404) : StoreReply() }
    #expect(try await store.s3.createBucket("data"))
    #expect(store.lines == ["HEAD /data", "PUT /data"])
    // The usual region must not be named: stores refuse that.
    #expect(store.requests.last?.text == "")
    var access = store.access
    access.region = "eu-north-1"
    #expect(try await S3(access, http: LoopbackStore.client).createBucket("data"))
    #expect(store.requests.last?.text.contains("<LocationConstraint>eu-north-1</LocationConstraint>") == true)
  }

  @Test("One that somebody of ours has made meanwhile is no failure; one of somebody else is")
  func meanwhile() async throws {
    let ours = try LoopbackStore {
      $0.method == "HEAD" ? StoreReply(status: 404) : .error(409, "BucketAlreadyOwnedByYou")
    }
    #expect(try await !ours.s3.createBucket("data"))
    let theirs = try LoopbackStore {
      $0.method == "HEAD" ? StoreReply(status: 404) : .error(409, "BucketAlreadyExists")
    }
    let taken = await #expect(throws: S3Failure.self) { try await theirs.s3.createBucket("data") }
    #expect(taken?.kind == .rejected && taken?.message.hasPrefix("making the bucket data: ") == true)
    let denied = try LoopbackStore { _ in StoreReply(status: 403) }
    let error = await #expect(throws: S3Failure.self) { try await denied.s3.createBucket("data") }
    #expect(error?.kind == .configuration)
    #expect(denied.lines == ["HEAD /data"])
  }
}
