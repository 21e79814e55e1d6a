public import Essentials

/// Whether a task that failed is tried again. Only transient failures are: what is misconfigured, refused or broken
/// stays so.
public struct Retry: Sendable {
  /// How often after the first attempt.
  public var retries: Int
  /// The waits in between; a failure that says how long to wait is believed where that is longer.
  public var backoff: Backoff

  public init(retries: Int, backoff: Backoff = Backoff()) {
    self.retries = retries
    self.backoff = backoff
  }

  /// One attempt only.
  public static let never = Retry(retries: 0)

  /// So many further attempts, with exponential waits.
  public static func backoff(_ retries: Int) -> Retry { Retry(retries: retries) }

  /// The wait before the next attempt; nil where there is none.
  func wait(after error: any Error, attempt: Int) -> Duration? {
    guard attempt <= retries, !(error is CancellationError), FailureKind(of: error) == .transient else { return nil }
    let delay = backoff.delay(afterAttempt: attempt)
    guard let asked = (error as? any Failure)?.retryAfter else { return delay }
    return max(delay, asked)
  }
}
