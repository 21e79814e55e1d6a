public import Essentials

/// Whether a task that failed is tried again. Only transient failures are: what is misconfigured, refused or broken
/// stays so.
public struct Retry: Sendable {
  /// How often after the first attempt.
  public var retries: Int
  /// The waits in between; a failure that says how long to wait is believed where that is longer.
  public var backoff: Backoff
  /// No attempt begins later than this after the first one began; nil sets no limit.
  public var deadline: Duration?

  public init(retries: Int, backoff: Backoff = Backoff(), deadline: Duration? = nil) {
    self.retries = retries
    self.backoff = backoff
    self.deadline = deadline
  }

  /// One attempt only.
  public static let never = Retry(retries: 0)

  /// So many further attempts, with exponential waits.
  public static func backoff(_ retries: Int, deadline: Duration? = nil) -> Retry {
    Retry(retries: retries, deadline: deadline)
  }

  /// The wait before the next attempt; nil where there is none.
  func wait(after error: any Error, attempt: Int, elapsed: Duration, random: Double) -> Duration? {
    guard attempt <= retries, !(error is CancellationError), FailureKind(of: error) == .transient else {
      return nil
    }
    let delay = max(
      backoff.delay(afterAttempt: attempt, random: random), (error as? any Failure)?.retryAfter ?? .zero)
    if let deadline, elapsed + delay > deadline { return nil }
    return delay
  }
}
