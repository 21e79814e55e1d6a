import Connectors
import Essentials
import FlowKit
import Testing

@Suite("Locations") struct LocationTests {
  @Test(
    "A path is a path, whatever is in it",
    arguments: ["a", "/srv/a b/c.json", "../up", "C:notes", "a:b/c", "s3/x", ".", "data/ö"])
  func paths(_ text: String) throws {
    #expect(try Location(text) == .file(text))
    #expect(try Location(text).description == text)
  }

  @Test("An s3 address has a bucket and a key, which is not percent-decoded")
  func objects() throws {
    #expect(try Location("s3://bucket/a b/c+d%20.json") == .object(bucket: "bucket", key: "a b/c+d%20.json"))
    #expect(try Location("S3://my.bucket-1/x").description == "s3://my.bucket-1/x")
    #expect(try Location("s3://bucket") == .object(bucket: "bucket", key: ""))
    #expect(try Location("s3://bucket/") == .object(bucket: "bucket", key: ""))
    #expect(try Location("s3://bucket//a//b") == .object(bucket: "bucket", key: "/a//b"))
    #expect(try Location("s3://bucket/a..b/...") == .object(bucket: "bucket", key: "a..b/..."))
  }

  @Test(
    "What is no location is refused with a sentence that says why",
    arguments: [
      ("", "must be a path or s3://bucket/key"),
      ("http://host/a", "\"http\" in \"http://host/a\" is not supported"),
      ("gs://bucket/a", "\"gs\" in"),
      ("file:///a", "\"file\" in"),
      ("s3:bucket/a", "must begin with s3://"),
      ("s3:/bucket/a", "must begin with s3://"),
      ("s3://", "must name a bucket"),
      ("s3:///a", "must name a bucket"),
      ("s3://ab/key", "must name a bucket"),
      ("s3://buc ket/key", "must name a bucket"),
      ("s3://user@bucket/key", "must name a bucket"),
      ("s3://bucket/a/../b", "without the parts"),
      ("s3://bucket/./b", "without the parts"),
      ("s3://bucket/a\nb", "without control characters"),
      ("s3://bucket/" + String(repeating: "ö", count: 513), "at most 1,024 bytes"),
    ])
  func refused(_ text: String, _ problem: String) throws {
    let error = #expect(throws: Misconfiguration.self) { try Location(text) }
    #expect(error?.message.contains(problem) == true, "\(error?.message ?? "")")
  }

  @Test("A password in an address that is refused is not repeated")
  func password() throws {
    let error = #expect(throws: Misconfiguration.self) { try Location("ftp://me:hush-hush@host/a") }
    #expect(error?.message.contains("hush-hush") == false)
  }

  @Test("Names are joined by one slash")
  func joins() throws {
    #expect(try Location("data").appending("a/b").description == "data/a/b")
    #expect(try Location("data/").appending("/a").description == "data/a")
    #expect(try Location("/").appending("a").description == "/a")
    #expect(try Location("s3://bucket").appending("a").description == "s3://bucket/a")
    #expect(try Location("s3://bucket/x").appending("a").description == "s3://bucket/x/a")
    #expect(try Location("s3://bucket/x/").appending("a").name == "a")
  }

  @Test("Gzip is known by the name's end")
  func gzip() throws {
    #expect(try Location("a.json.gz").isGzip)
    #expect(try Location("s3://bucket/a.GZ").isGzip)
    #expect(try !Location("a.gz/b").isGzip)
    #expect(try !Location(".gz").isGzip)
    #expect(try !Location("s3://bucket/a.gzip").isGzip)
  }

  @Test("A location is a parameter")
  func parameter() throws {
    #expect(try Location(parameter: "s3://bucket/key").parameter == "s3://bucket/key")
    let error = #expect(throws: UnreadableParameter.self) { try Location(parameter: "gs://bucket/key") }
    #expect(error?.problem.hasPrefix("must be a path or s3://bucket/key") == true)
  }
}
