import Essentials

@testable import HTTP

/// Signature Version 4 from its description ("Create a signed AWS API request", AWS IAM user guide), to hold what a
/// client sends against.
struct SignatureReference {
  let region: String
  let service: String
  let secret: String

  /// The Authorization header that the request should carry, signing the same headers as the one that it does carry.
  func authorization(of request: TestRequest, accessKey: String, like sent: String) -> String {
    let signed = sent.split(separator: "SignedHeaders=").last?.prefix { $0 != "," } ?? ""
    let time = request.headers["x-amz-date"] ?? ""
    let scope = "\(time.prefix(8))/\(region)/\(service)/aws4_request"
    let parts = request.target.split(separator: "?", maxSplits: 1).map(String.init)
    let headers = signed.split(separator: ";").map {
      "\($0):\(request.headers[String($0)] ?? "(not sent)")\n"
    }.joined()
    let canonical = [
      request.method, parts[0], parts.count > 1 ? parts[1] : "", headers, String(signed),
      request.headers["x-amz-content-sha256"] ?? "",
    ].joined(separator: "\n")
    let text = ["AWS4-HMAC-SHA256", time, scope, SHA256.hexadecimal(Array(canonical.utf8))].joined(
      separator: "\n")
    var key = Array("AWS4\(secret)".utf8)
    for part in [String(time.prefix(8)), region, service, "aws4_request", text] {
      key = Self.authenticationCode(Array(part.utf8), key: key)
    }
    let signature = key.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    return
      "AWS4-HMAC-SHA256 Credential=\(accessKey)/\(scope), SignedHeaders=\(signed), Signature=\(signature)"
  }

  /// RFC 2104 with SHA-256.
  private static func authenticationCode(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
    let key = key.count > 64 ? SHA256.hash(key) : key
    let padded = key + [UInt8](repeating: 0, count: 64 - key.count)
    return SHA256.hash(padded.map { $0 ^ 0x5c } + SHA256.hash(padded.map { $0 ^ 0x36 } + message))
  }
}
