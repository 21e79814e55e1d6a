public import Essentials

/// DHIS2 did not do what was asked.
public struct DHIS2Failure: Failure {
  public let kind: FailureKind
  public let message: String
  public let remedy: String?
  public let retryAfter: Duration?
  /// The status of the answer, where one is behind this.
  public let status: Int?
  /// DHIS2's code of the error, `E7600`, where it gave one.
  public let code: String?

  init(
    _ kind: FailureKind, _ message: String, remedy: String? = nil, retryAfter: Duration? = nil,
    status: Int? = nil, code: String? = nil
  ) {
    self.kind = kind
    self.message = message
    self.remedy = remedy
    self.retryAfter = retryAfter
    self.status = status
    self.code = code
  }
}
