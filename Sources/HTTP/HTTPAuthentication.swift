public import Essentials

/// Who a request says it comes from. Sent with the first request, without waiting to be asked.
///
/// Given here rather than among the headers, a secret is never sent to another host by a redirect and never printed.
public enum HTTPAuthentication: Sendable {
  case none
  /// A name and a password (RFC 7617).
  case basic(username: String, password: Secret<String>)
  /// `Authorization: Bearer …` (RFC 6750).
  case bearer(Secret<String>)
  /// A header of the service's own, such as `PRIVATE-TOKEN`, or `Authorization` with `ApiToken …`.
  case header(name: String, value: Secret<String>)
  /// Amazon's Signature Version 4, which S3-compatible stores check.
  ///
  /// The client brings the URL into the form that is signed: the query sorted, every key with its `=`, the path
  /// percent-encoded. `x-amz-content-sha256` is the hash of a body in memory and `UNSIGNED-PAYLOAD` for a file,
  /// unless the request has that header already.
  case awsSigV4(
    accessKey: String, secretKey: Secret<String>, region: String, service: String = "s3",
    sessionToken: Secret<String>? = nil)
}
