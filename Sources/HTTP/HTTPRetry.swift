public import Essentials

/// When a request is sent again by itself.
///
/// Sent again are the answers 408, 429, 502, 503, 504 (and 500, fewer times), and requests that were refused, cut
/// off or timed out. A `Retry-After` is honoured; where it reaches past the deadline, the answer is handed over at
/// once. After the last attempt the caller gets the last answer, or the last failure.
public struct HTTPRetry: Sendable, Equatable {
  /// Which requests may be sent again.
  public enum Scope: Sendable, Equatable {
    /// GET, HEAD, PUT and DELETE, which mean the same when they arrive twice.
    case idempotentMethods
    /// All: the caller knows that this request may arrive twice.
    case anyMethod
    case none
  }

  public var scope: Scope
  /// How often a request is sent at most, the first time included.
  public var attempts: Int
  /// How often at most where the answer is 500, which is more often a defect of the server than an overload.
  public var attemptsOnInternalServerError: Int
  public var backoff: Backoff
  /// No attempt starts later than this after the first one started.
  public var deadline: Duration

  public init(
    _ scope: Scope = .idempotentMethods, attempts: Int = 4, attemptsOnInternalServerError: Int = 2,
    backoff: Backoff = Backoff(), deadline: Duration = .seconds(300)
  ) {
    self.scope = scope
    self.attempts = attempts
    self.attemptsOnInternalServerError = attemptsOnInternalServerError
    self.backoff = backoff
    self.deadline = deadline
  }

  /// By method: GET, HEAD, PUT and DELETE.
  public static let standard = HTTPRetry()
  /// For a POST or PATCH that may arrive twice.
  public static let repeatable = HTTPRetry(.anyMethod)
  public static let never = HTTPRetry(.none, attempts: 1)
}
