public import Essentials
import HTTP

/// Object storage did not do what was asked.
public struct S3Failure: Failure {
  public let kind: FailureKind
  /// The store's own word, such as `NoSuchKey`; nil where it said none.
  public let code: String?
  /// The status of the answer; 200 where a multipart upload failed after the answer had begun.
  public let status: Int?
  public let message: String
  public let remedy: String?
  public let retryAfter: Duration?

  init(
    _ kind: FailureKind, _ message: String, remedy: String? = nil, code: String? = nil, status: Int? = nil,
    retryAfter: Duration? = nil
  ) {
    self.kind = kind
    self.code = code
    self.status = status
    self.message = Redaction.redact(message)
    self.remedy = remedy
    self.retryAfter = retryAfter
  }

  /// What an answer that is no success means.
  ///
  /// Source: "Error responses" of the Amazon S3 API reference; the codes of MinIO and Swift are among these.
  /// - Parameter operation: what was done to what: `reading s3://bucket/key`.
  init(_ operation: String, bucket: String, status: Int, headers: HTTPHeaders, error: S3ErrorBody?) {
    let code = error?.code
    let meaning = Self.meaning(code: code, status: status, bucket: bucket, headers: headers, error: error)
    self.init(
      meaning.kind, "\(operation): \(meaning.words) (\(code.map { "\($0), " } ?? "")status \(status))",
      remedy: meaning.remedy, code: code, status: status,
      retryAfter: headers["Retry-After"].flatMap(Int.init).map { .seconds($0) })
  }

  private typealias Meaning = (kind: FailureKind, words: String, remedy: String?)

  private static func meaning(
    code: String?, status: Int, bucket: String, headers: HTTPHeaders, error: S3ErrorBody?
  ) -> Meaning {
    switch code {
    case "NoSuchBucket":
      (.configuration, "there is no bucket \(bucket)", "Check its name, and the endpoint and region.")
    case "NoSuchKey": noObject
    case "InvalidAccessKeyId":
      (.configuration, "the store does not know this access key", "Check the access key, and the endpoint.")
    case "SignatureDoesNotMatch":
      (
        .configuration, "the secret key does not belong to the access key",
        "Check the secret key and the region."
      )
    case "ExpiredToken", "InvalidToken", "TokenRefreshRequired":
      (.configuration, "the session token is not valid (any more)", "Get new temporary credentials.")
    case "RequestTimeTooSkewed":
      (.configuration, "this machine's clock and the store's differ too much", "Set the clock.")
    case "AccessDenied", "AllAccessDisabled", "AccountProblem": denied
    case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException",
      "TemporaryRedirect":
      otherRegion(headers["x-amz-bucket-region"] ?? error?.region)
    case "SlowDown", "InternalError", "ServiceUnavailable", "RequestTimeout", "OperationAborted",
      "ThrottlingException",
      "TooManyRequests":
      (.transient, "the store cannot do it now\(said(error))", nil)
    case "NoSuchUpload": (.transient, "the upload is gone: somebody else ended it", nil)
    case "PreconditionFailed": (.transient, "the object was replaced meanwhile", nil)
    default: meaning(status: status, headers: headers, error: error)
    }
  }

  private static func meaning(status: Int, headers: HTTPHeaders, error: S3ErrorBody?) -> Meaning {
    switch status {
    case 301, 307: otherRegion(headers["x-amz-bucket-region"] ?? error?.region)
    case 401, 403: denied
    case 404: noObject
    case 412: (.transient, "the object was replaced meanwhile", nil)
    // Storage that is full answers 507 and does not empty by itself.
    case 507: (.rejected, "the store is full\(said(error))", nil)
    case 408, 429, 500...: (.transient, "the store cannot do it now\(said(error))", nil)
    case 300..<400:
      (
        .configuration, "the store sends the request elsewhere",
        "Check the endpoint: it must be the S3 API's."
      )
    case 400..<500: (.rejected, "the store refuses it\(said(error))", nil)
    default: (.fault, "the store's answer is not understood\(said(error))", nil)
    }
  }

  private static let noObject: Meaning = (
    .configuration, "there is no object", "Check the key, which tells small from capital letters."
  )

  private static let denied: Meaning = (
    .configuration, "access is denied",
    "Check the rights of the access key; without the right to list a bucket, an object that is missing looks the same."
  )

  private static func otherRegion(_ region: String?) -> Meaning {
    guard let region else {
      return (.configuration, "the bucket is in another region", "Set its region.")
    }
    return (.configuration, "the bucket is in the region \(region)", "Set the region to \(region).")
  }

  private static func said(_ error: S3ErrorBody?) -> String {
    guard let message = error?.message, !message.isEmpty else { return "" }
    return ": \(message)"
  }
}
