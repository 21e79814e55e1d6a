import Essentials

/// How long to wait before a request is sent again, by the rule of Prefect's own client but for the first wait: its
/// two seconds are long where a server on SQLite answers 503 because a write of its own was in the way.
struct RetryWait: Sendable {
  var jitter: Double

  /// - Parameters:
  ///   - failures: how many attempts have failed, from 1.
  ///   - retryAfter: what the server asked for; it is never cut short.
  ///   - random: in 0..<1.
  func duration(afterFailures failures: Int, retryAfter: Duration?, random: Double) -> Duration {
    if let retryAfter { return .seconds(retryAfter.seconds * (1 + jitter * random)) }
    var seconds = 0.25
    if failures > 1 {
      seconds = 1
      for _ in 1..<min(failures, 7) { seconds *= 2 }
    }
    return .seconds(seconds * (1 + jitter * (2 * random - 1)))
  }
}
