public import Essentials

/// A Prefect API did not do what was asked.
public struct PrefectFailure: Failure, Equatable {
  public let kind: FailureKind
  public let message: String
  public let remedy: String?
  public let retryAfter: Duration?
  /// The status of the answer; nil where there was none.
  public let status: Int?
  /// Whether the 404 is the router's, not of a handler that looked for something: the address is wrong.
  var isOfRouter = false
  /// Whether an attempt before the one that failed may have been carried out.
  var followsOpenAttempt = false

  init(
    _ kind: FailureKind, _ message: String, remedy: String? = nil, retryAfter: Duration? = nil,
    status: Int? = nil
  ) {
    self.kind = kind
    self.message = Redaction.redact(message)
    self.remedy = remedy
    self.retryAfter = retryAfter
    self.status = status
  }

  /// Whether what was asked for does not exist.
  public var isNotFound: Bool { status == 404 && !isOfRouter }
  /// Whether something of that name exists already, or parameters do not fit their schema.
  public var isConflict: Bool { status == 409 }
}
