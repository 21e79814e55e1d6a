import Essentials

extension URLText {
  /// The URL as it may be shown: without user and password, and with the values of secret query parameters masked.
  ///
  /// Works on any text, because the URL that a message has to show may be the one that could not be read.
  package static func masked(_ url: String) -> String {
    guard url.utf8.contains(where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "@") }) else {
      return Redaction.redact(url)
    }
    var text = url[...]
    var fragment: Substring = ""
    if let hash = text.firstIndex(of: "#") {
      fragment = text[hash...]
      text = text[..<hash]
    }
    var query: Substring?
    if let mark = text.firstIndex(of: "?") {
      query = text[text.index(after: mark)...]
      text = text[..<mark]
    }
    var result = withoutUser(text)
    if let query {
      result +=
        "?" + query.split(separator: "&", omittingEmptySubsequences: false).map(item).joined(separator: "&")
    }
    return Redaction.redact(result + fragment)
  }

  private static func withoutUser(_ text: Substring) -> String {
    guard let scheme = text.firstRange(of: "://") else { return String(text) }
    let authority = text[scheme.upperBound...].prefix { $0 != "/" }
    guard let at = authority.lastIndex(of: "@") else { return String(text) }
    return String(text[..<scheme.upperBound]) + text[text.index(after: at)...]
  }

  private static func item(_ item: Substring) -> String {
    guard let sign = item.firstIndex(of: "="), isSecret(parameter: item[..<sign]) else { return String(item) }
    return String(item[...sign]) + Redaction.mask
  }

  /// Whether a query parameter of this name carries a secret: by the names that services use for keys, tokens and
  /// signatures (`X-Amz-Signature`, `access_token`, `api_key`, `sig` …).
  static func isSecret(parameter name: Substring) -> Bool {
    let name = name.lowercased().filter { $0 != "-" && $0 != "_" && $0 != "." }
    if ["key", "sig", "auth", "pass", "pwd", "code", "pat"].contains(name) { return true }
    return [
      "token", "secret", "password", "passwd", "passphrase", "signature", "credential", "apikey", "accesskey",
    ]
    .contains { name.contains($0) }
  }
}
