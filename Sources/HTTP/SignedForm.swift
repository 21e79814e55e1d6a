import Essentials

/// The form that a request must have to be signed with Signature Version 4 by libcurl 7.88, which signs the URL as it
/// stands and knows no hash of its own for a body that is streamed.
///
/// Source: "Create a signed AWS API request" of the AWS IAM user guide, canonical request.
enum SignedForm {
  /// The URL with its path percent-encoded, and its query sorted by key and written `key=value` throughout, keys
  /// without a value too.
  static func url(_ url: String) -> String {
    let start = url.firstRange(of: "://")?.upperBound ?? url.startIndex
    let pathStart = url[start...].firstIndex { $0 == "/" || $0 == "?" } ?? url.endIndex
    let mark = url[pathStart...].firstIndex(of: "?")
    let path = url[pathStart..<(mark ?? url.endIndex)]
    let base = url[..<pathStart] + encoded(path.isEmpty ? "/" : path, keeping: "/")
    guard let mark else { return String(base) }
    let items = url[url.index(after: mark)...].split(separator: "&").map { item in
      let sign = item.firstIndex(of: "=")
      let key = encoded(item[..<(sign ?? item.endIndex)])
      return (key: key, value: sign.map { encoded(item[item.index(after: $0)...]) } ?? "")
    }
    guard !items.isEmpty else { return String(base) }
    let sorted = items.sorted { ($0.key, $0.value) < ($1.key, $1.value) }
    return "\(base)?\(sorted.map { "\($0.key)=\($0.value)" }.joined(separator: "&"))"
  }

  /// What `x-amz-content-sha256` says of a body.
  static func contentHash(of body: HTTPBody) -> String {
    switch body {
    case .none: SHA256.hexadecimal([])
    case .bytes(let bytes): SHA256.hexadecimal(bytes)
    // Hashing it would read it twice.
    case .file: "UNSIGNED-PAYLOAD"
    }
  }

  /// Everything percent-encoded that is not unreserved; what is percent-encoded already stays as it is.
  private static func encoded(_ text: Substring, keeping kept: String = "") -> String {
    URLText.encode(text.utf8) {
      URLText.isUnreserved($0) || $0 == UInt8(ascii: "%") || kept.utf8.contains($0)
    }
  }
}

extension TransferPlan {
  /// Brings the plan into the form that is signed, where it is to be signed.
  mutating func prepareSignature() throws(Address.Problem) {
    guard case .awsSigV4(_, _, _, _, let sessionToken) = authentication else { return }
    address = try Address(SignedForm.url(address.text))
    if headers["x-amz-content-sha256"] == nil {
      headers["x-amz-content-sha256"] = SignedForm.contentHash(of: body)
    }
    if let sessionToken { headers["x-amz-security-token"] = sessionToken.reveal() }
  }
}
