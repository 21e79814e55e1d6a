import Connectors
import Essentials
import Testing

@Suite("Listing objects") struct S3ListTests {
  static func page(_ keys: [String], next: String? = nil, encoding: String = "") -> StoreReply {
    let contents = keys.map {
      "<Contents><Key>\($0)</Key><LastModified>2025-01-01T00:00:00Z</LastModified><ETag>&quot;e&quot;</ETag><Size>3</Size><Owner><ID>x</ID></Owner></Contents>"
    }
    let more = next.map {
      "<IsTruncated>true</IsTruncated><NextContinuationToken>\($0)</NextContinuationToken>"
    }
    return .xml(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>bucket</Name>\(contents.joined())\(more ?? "<IsTruncated>false</IsTruncated>")\(encoding)</ListBucketResult>"
    )
  }

  @Test("Page by page, with the store's own token")
  func pages() async throws {
    let store = try LoopbackStore { request in
      request.query.contains("continuation-token=t%2F1%2B%3D")
        ? Self.page(["c"]) : Self.page(["a", "b"], next: "t/1+=")
    }
    let objects = try await store.s3.list(bucket: "bucket", prefix: "x y/")
    #expect(objects == ["a", "b", "c"].map { S3Object(key: $0, size: 3, etag: "\"e\"") })
    #expect(
      store.lines == [
        "GET /bucket?encoding-type=url&list-type=2&prefix=x%20y%2F",
        "GET /bucket?continuation-token=t%2F1%2B%3D&encoding-type=url&list-type=2&prefix=x%20y%2F",
      ])
  }

  @Test("Keys are decoded where the store has encoded them, and only there")
  func encoding() async throws {
    let encoded = try LoopbackStore { _ in
      Self.page(["a+b%2Bc%2F%C3%BC%0A"], encoding: "<EncodingType>url</EncodingType>")
    }
    #expect(try await encoded.s3.list(bucket: "bucket").map(\.key) == ["a b+c/ü\n"])
    let plain = try LoopbackStore { _ in Self.page(["a+b%20c &amp;&lt; <![CDATA[<x>]]>"]) }
    #expect(try await plain.s3.list(bucket: "bucket").map(\.key) == ["a+b%20c &< <x>"])
  }

  @Test("A folder's files, without the empty objects that consoles make for folders")
  func folder() async throws {
    let store = try LoopbackStore { _ in Self.page(["data/", "data/a", "data/b/"]) }
    #expect(
      try await store.storage.list(.object(bucket: "bucket", key: "data"))
        == [StoredFile(location: .object(bucket: "bucket", key: "data/a"), size: 3)])
    #expect(store.lines == ["GET /bucket?encoding-type=url&list-type=2&prefix=data%2F"])
  }

  @Test(
    "An answer that is no listing, or broken, is an error and not an empty listing",
    arguments: [
      "", "no xml", "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>",
      "<ListBucketResult><Contents><Key>a</Key><Size>3</Size></Contents>", "<Other/>",
      "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
      "<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>%zz</Key><Size>1</Size></Contents></ListBucketResult>",
      "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/hostname\">]><ListBucketResult><Contents><Key>&e;</Key><Size>1</Size></Contents></ListBucketResult>",
    ])
  func broken(_ body: String) async throws {
    let store = try LoopbackStore { _ in .xml(body) }
    let error = await #expect(throws: S3Failure.self) { try await store.s3.list(bucket: "bucket") }
    #expect(error?.message == "listing s3://bucket/: the store's answer is no listing")
    #expect(error?.kind == .fault)
  }

  @Test("A store that gives the same page for ever is left")
  func circle() async throws {
    let store = try LoopbackStore { _ in Self.page(["a"], next: "same") }
    let error = await #expect(throws: S3Failure.self) { try await store.s3.list(bucket: "bucket") }
    #expect(error?.message.contains("the same page again and again") == true)
    #expect(store.requests.count == 2)
  }
}
