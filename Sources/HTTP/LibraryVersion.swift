internal import CCurl

extension HTTPClient {
  /// What libcurl says of itself: `libcurl/7.88.1 OpenSSL/3.0.19 ...`.
  public static var libraryVersion: String { String(cString: curl_version()) }
}
