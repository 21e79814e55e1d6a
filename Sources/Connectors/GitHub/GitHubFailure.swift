public import Essentials

/// GitHub did not give what was asked for.
public struct GitHubFailure: Failure {
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
