internal import CCurl
import Essentials

/// A URL taken apart and checked, by libcurl's own parser, so that what is checked is what is asked.
struct Address: Sendable, Equatable {
  /// Scheme, host and port: who gets to see a credential.
  struct Origin: Sendable, Equatable {
    let scheme: String
    let host: String
    let port: String
  }

  /// The URL without user, password and fragment.
  let text: String
  let origin: Origin
  /// User and password that stood in the URL, percent-decoded.
  let credentials: HTTPAuthentication

  enum Problem: Error, Equatable { case unreadable(String) }

  init(_ url: String) throws(Problem) {
    guard let handle = curl_url() else { throw .unreadable("out of memory") }
    defer { curl_url_cleanup(handle) }
    let code = curl_url_set(handle, CURLUPART_URL, url, UInt32(CURLU_NON_SUPPORT_SCHEME))
    guard code == CURLUE_OK else { throw .unreadable(Self.words(code)) }
    let scheme = (Self.part(CURLUPART_SCHEME, of: handle) ?? "").lowercased()
    guard scheme == "http" || scheme == "https" else {
      throw .unreadable("\"\(scheme)\" is neither http nor https")
    }
    origin = Origin(
      scheme: scheme, host: (Self.part(CURLUPART_HOST, of: handle) ?? "").lowercased(),
      port: Self.part(CURLUPART_PORT, of: handle, CURLU_DEFAULT_PORT) ?? "")
    if let user = Self.part(CURLUPART_USER, of: handle, CURLU_URLDECODE) {
      let password = Self.part(CURLUPART_PASSWORD, of: handle, CURLU_URLDECODE) ?? ""
      credentials = .basic(username: user, password: Secret(password))
      curl_url_set(handle, CURLUPART_USER, nil, 0)
      curl_url_set(handle, CURLUPART_PASSWORD, nil, 0)
    } else {
      credentials = .none
    }
    curl_url_set(handle, CURLUPART_FRAGMENT, nil, 0)
    guard let text = Self.part(CURLUPART_URL, of: handle) else { throw .unreadable("no URL") }
    self.text = text
  }

  static func == (left: Address, right: Address) -> Bool { left.text == right.text }

  /// Whether a redirect may take the credentials along: to the same origin, and from `http` to `https` of the same
  /// host on their usual ports, as browsers' and other clients' redirects do.
  func trusts(_ next: Address) -> Bool {
    if origin == next.origin { return true }
    return origin.host == next.origin.host && origin.scheme == "http" && origin.port == "80"
      && next.origin.scheme == "https" && next.origin.port == "443"
  }

  private static func part(_ part: CURLUPart, of handle: OpaquePointer, _ flags: Int32 = 0) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard curl_url_get(handle, part, &text, UInt32(flags)) == CURLUE_OK, let text else { return nil }
    defer { curl_free(text) }
    return String(cString: text)
  }

  private static func words(_ code: CURLUcode) -> String {
    switch code {
    case CURLUE_BAD_SCHEME, CURLUE_UNSUPPORTED_SCHEME, CURLUE_NO_SCHEME, CURLUE_BAD_SLASHES:
      "it does not begin with http:// or https://"
    case CURLUE_BAD_PORT_NUMBER: "the port is not a number from 0 to 65535"
    case CURLUE_NO_HOST, CURLUE_BAD_HOSTNAME, CURLUE_BAD_IPV6: "it names no host"
    case CURLUE_MALFORMED_INPUT, CURLUE_BAD_PATH, CURLUE_BAD_QUERY, CURLUE_BAD_FRAGMENT, CURLUE_BAD_LOGIN,
      CURLUE_BAD_USER, CURLUE_BAD_PASSWORD:
      "it has a space or another character that must be percent-encoded"
    default: curl_url_strerror(code).map { String(cString: $0) } ?? "malformed"
    }
  }
}
