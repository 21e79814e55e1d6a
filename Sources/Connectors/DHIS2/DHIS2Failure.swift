public import Essentials

/// DHIS2 did not do what was asked.
public struct DHIS2Failure: Failure {
  public let kind: FailureKind
  public let message: String
  public let remedy: String?
  public let retryAfter: Duration?

  init(_ kind: FailureKind, _ message: String, remedy: String? = nil, retryAfter: Duration? = nil) {
    self.kind = kind
    self.message = message
    self.remedy = remedy
    self.retryAfter = retryAfter
  }
}
