import Essentials
import Testing

@testable import HTTP

@Suite("Signature Version 4")
struct SignatureTests {
  @Test(
    "SHA-256, the examples of FIPS 180-4 and of NIST",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        String(repeating: "a", count: 1_000_000),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
      ),
    ])
  func sha256(text: String, expected: String) {
    #expect(SHA256.hexadecimal(Array(text.utf8)) == expected)
  }

  @Test(
    "The query is sorted and every key has its sign; the path is encoded once",
    arguments: [
      ("https://s3.example.org", "https://s3.example.org/"),
      ("https://s3.example.org/b/k", "https://s3.example.org/b/k"),
      ("https://s3.example.org/b?uploads", "https://s3.example.org/b?uploads="),
      (
        "https://s3.example.org/b?prefix=a/b&list-type=2&delimiter=%2F",
        "https://s3.example.org/b?delimiter=%2F&list-type=2&prefix=a%2Fb"
      ),
      ("https://s3.example.org/b/a%20b/c+d(1).nc?", "https://s3.example.org/b/a%20b/c%2Bd%281%29.nc"),
      (
        "https://s3.example.org/b?partNumber=10&uploadId=x==&partNumber=2",
        "https://s3.example.org/b?partNumber=10&partNumber=2&uploadId=x%3D%3D"
      ),
    ])
  func form(url: String, expected: String) {
    #expect(SignedForm.url(url) == expected)
  }

  @Test("What libcurl signs is what the rules of AWS give")
  func signature() async throws {
    let requests = Recorder<TestRequest>()
    let server = try TestServer { request, connection in
      requests.add(request)
      connection.answer(200)
    }
    let client = HTTPClient()
    let key = Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    let authentication = HTTPAuthentication.awsSigV4(
      accessKey: "AKIDEXAMPLE", secretKey: key, region: "eu-west-1")
    let folder = try TemporaryFolder()
    try folder.write(Array("from a file".utf8), to: "body")
    for request in [
      HTTPRequest(.get, server.url("/bucket?prefix=a/b&list-type=2"), authentication: authentication),
      HTTPRequest(.post, server.url("/bucket/a%20key+1.nc?uploads"), authentication: authentication),
      HTTPRequest(
        .put, server.url("/bucket/k"), headers: ["Content-Type": "text/plain", "x-amz-meta-a": "b"],
        body: .text("hello"), authentication: authentication),
      HTTPRequest(
        .put, server.url("/bucket/k"), body: .file(folder.file("body")), authentication: authentication),
      HTTPRequest(.head, server.url("/bucket/k"), authentication: authentication),
      HTTPRequest(
        .delete, server.url("/bucket/k"),
        authentication: .awsSigV4(
          accessKey: "AKIDEXAMPLE", secretKey: key, region: "eu-west-1", sessionToken: Secret("session-1"))),
    ] {
      #expect(try await client.send(request).status == 200)
    }
    #expect(requests.values.count == 6)
    for request in requests.values {
      let sent = try #require(request.headers["authorization"])
      let expected = SignatureReference(region: "eu-west-1", service: "s3", secret: key.reveal())
        .authorization(
          of: request, accessKey: "AKIDEXAMPLE", like: sent)
      #expect(sent == expected, "\(request.method) \(request.target)")
    }
    #expect(requests.values[0].target == "/bucket?list-type=2&prefix=a%2Fb")
    #expect(requests.values[1].target == "/bucket/a%20key%2B1.nc?uploads=")
    #expect(
      requests.values[2].headers["x-amz-content-sha256"]
        == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
    #expect(requests.values[2].headers["authorization"]?.contains("x-amz-meta-a") == true)
    #expect(requests.values[3].headers["x-amz-content-sha256"] == "UNSIGNED-PAYLOAD")
    #expect(requests.values[3].text == "from a file")
    #expect(requests.values[5].headers["x-amz-security-token"] == "session-1")
    #expect(requests.values[5].headers["authorization"]?.contains("x-amz-security-token") == true)
  }
}
