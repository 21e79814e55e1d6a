import Connectors
import Essentials
import HTTP
import Testing

@Suite("A real server of the S3 API", .enabled(if: RealStore.isThere), .serialized)
struct RealStoreTests {
  @Test(
    "Objects with awkward names are written, found, read, listed and deleted",
    arguments: [
      "plain.txt", "a b+c.txt", "percent%20literal.txt", "ünïcode/日本語.txt", "deep/er/than/that.txt",
      "sign=&?#[]@!$'()*,;:.txt", "quote\"<&>.txt", "dots..in...name", "~tilde-_.", "trailing space ",
    ])
  func awkward(_ key: String) async throws {
    let store = try await RealStore()
    let location = store.location("names/" + key)
    let bytes = Array("content of \(key)".utf8)
    try await store.storage.write(bytes, to: location)
    #expect(try await store.storage.exists(location))
    #expect(try await store.storage.size(of: location) == bytes.count)
    #expect(try await store.storage.read(location) == bytes)
    let listed = try await store.storage.list(store.location("names"))
    #expect(listed.contains(StoredFile(location: location, size: bytes.count)), "\(listed)")
    try await store.storage.delete(location)
    #expect(try await !store.storage.exists(location))
    try await store.storage.delete(location)
  }

  @Test("A bucket is made once, and left alone the second time")
  func bucket() async throws {
    let store = try await RealStore()
    let name = "\(RealStore.bucket)-new"
    #expect(try await store.s3.createBucket(name))
    #expect(try await !store.s3.createBucket(name))
    try await store.s3.put(bucket: name, key: "a", [1])
    #expect(try await !store.s3.createBucket(name))
    #expect(try await store.s3.list(bucket: name).count == 1)
  }

  @Test("A part of an object")
  func range() async throws {
    let store = try await RealStore()
    try await store.s3.put(bucket: RealStore.bucket, key: "range", Array(0..<200))
    #expect(try await store.s3.read(bucket: RealStore.bucket, key: "range", range: 10..<20) == Array(10..<20))
    #expect(
      try await store.s3.read(bucket: RealStore.bucket, key: "range", range: 190..<300) == Array(190..<200))
    let rest = try await store.s3.open(bucket: RealStore.bucket, key: "range", from: 150)
    var bytes: [UInt8] = []
    for try await chunk in rest.stream { bytes += chunk }
    #expect(bytes == (rest.offset == 150 ? Array(150..<200) : Array(0..<200)))
    #expect(rest.size == 200)
  }

  @Test("An empty object, and one that is packed by its name")
  func emptyAndPacked() async throws {
    let store = try await RealStore()
    try await store.storage.write([], to: store.location("empty"))
    #expect(try await store.storage.read(store.location("empty")) == [])
    #expect(try await store.storage.size(of: store.location("empty")) == 0)
    let text = Array(String(repeating: "packed by its name ", count: 50_000).utf8)
    try await store.storage.write(text, to: store.location("text.gz"))
    #expect(try await store.storage.read(store.location("text.gz")) == text)
    #expect(try #require(try await store.storage.size(of: store.location("text.gz"))) < text.count / 20)
  }

  @Test("An object of three parts appears when it is finished, and not before")
  func multipart() async throws {
    let store = try await RealStore()
    let location = store.location("large/of three parts.bin")
    let writer = try await store.storage.writer(to: location)
    let piece = noise(1 << 20)
    for number in 0..<17 {
      try await writer.write([UInt8(number)])
      try await writer.write(piece)
    }
    #expect(try await !store.storage.exists(location))
    try await writer.finish()
    #expect(try await store.storage.size(of: location) == 17 * ((1 << 20) + 1))
    var reader = try await store.storage.reader(of: location)
    let bytes = try await reader.rest()
    #expect(bytes.count == 17 * ((1 << 20) + 1))
    #expect(bytes == (0..<17).flatMap { [UInt8($0)] + piece })
  }

  @Test("An upload that is given up leaves neither object nor parts")
  func abandoned() async throws {
    let store = try await RealStore()
    let upload = try await store.s3.createUpload(bucket: RealStore.bucket, key: "given-up")
    let part = try await store.s3.uploadPart(upload, number: 1, [1, 2, 3])
    try await store.s3.abortUpload(upload)
    try await store.s3.abortUpload(upload)
    #expect(try await store.s3.head(bucket: RealStore.bucket, key: "given-up") == nil)
    let error = await #expect(throws: S3Failure.self) { try await store.s3.completeUpload(upload, [part]) }
    #expect(error?.code == "NoSuchUpload")
    #expect(error?.kind == .transient)
  }

  @Test("A listing of several pages gives every object once, in order")
  func pages() async throws {
    let store = try await RealStore()
    let keys = (0..<25).map { "pages/\($0 + 100) +ü" }
    for key in keys { try await store.s3.put(bucket: RealStore.bucket, key: key, [1]) }
    var pages: [[String]] = []
    try await store.s3.list(bucket: RealStore.bucket, prefix: "pages/", pageSize: 10) {
      pages.append($0.map(\.key))
    }
    #expect(pages.flatMap(\.self) == keys)
    #expect(pages.count == 3)
    try await store.s3.put(bucket: RealStore.bucket, key: "pages-old/x", [1])
    #expect(try await store.storage.list(store.location("pages")).count == 25)
    #expect(try await store.storage.list(store.location("nothing/there")) == [])
  }

  @Test("What is not there, and who is not let in, is told apart")
  func failures() async throws {
    let store = try await RealStore()
    var error = await #expect(throws: S3Failure.self) {
      try await store.storage.read(store.location("not/there"))
    }
    #expect(error?.code == "NoSuchKey")
    #expect(error?.kind == .configuration)
    #expect(error?.message.contains("there is no object") == true)
    error = await #expect(throws: S3Failure.self) {
      try await store.storage.write([1], to: .object(bucket: "sluice-no-such-bucket", key: "a"))
    }
    #expect(error?.code == "NoSuchBucket")
    #expect(error?.message.contains("there is no bucket sluice-no-such-bucket") == true)

    var access = store.access
    access.secretKey = Secret("not-the-secret-of-this-key")
    error = await #expect(throws: S3Failure.self) {
      try await S3(access, http: RealStore.shared).put(bucket: RealStore.bucket, key: "a", [1])
    }
    #expect(error?.code == "SignatureDoesNotMatch", "\(String(describing: error))")
    #expect(error?.kind == .configuration)
    access = store.access
    access.accessKey = "nobody-has-this-key"
    error = await #expect(throws: S3Failure.self) {
      try await S3(access, http: RealStore.shared).list(bucket: RealStore.bucket)
    }
    #expect(error?.status == 403)
    #expect(error?.kind == .configuration)
  }
}
