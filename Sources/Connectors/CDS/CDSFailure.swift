public import Essentials

/// The Climate Data Store did not give what was asked for.
public struct CDSFailure: Failure {
  /// What a caller can act on.
  enum Problem: Sendable {
    case noSuchJob, notAllowed, notReady, resultsExpired, noFile, wrongLength
    case notPublished, tooLarge, tooManyQueued, noAPI, other
  }

  public let kind: FailureKind
  public let message: String
  public let remedy: String?
  public let retryAfter: Duration?
  let problem: Problem

  init(
    _ kind: FailureKind, _ message: String, remedy: String? = nil, retryAfter: Duration? = nil,
    problem: Problem = .other
  ) {
    self.kind = kind
    self.message = message
    self.remedy = remedy
    self.retryAfter = retryAfter
    self.problem = problem
  }
}
