import Essentials

/// How often a worker asks for runs.
package struct PollRhythm: Sendable, Equatable {
  var interval: Duration
  /// The share by which waits are spread to both sides, so that many workers do not ask at the same moment.
  var jitter = 0.3
  /// Where the API is away: longer and longer, up to half a minute.
  var backoff = Backoff(initial: .seconds(1), factor: 2, maximum: .seconds(30), jitter: 0.3)

  package init(interval: Duration) { self.interval = interval }

  /// - Parameters:
  ///   - failures: how many polls in a row have failed.
  ///   - random: in 0..<1.
  package func wait(afterFailures failures: Int, random: Double) -> Duration {
    if failures > 0 { return backoff.delay(afterAttempt: failures, random: random) }
    return .seconds(interval.seconds * (1 + jitter * (2 * random - 1)))
  }
}
