/// How long to wait before the next attempt: exponential, capped, and spread so that many clients do not come back
/// at the same moment.
public struct Backoff: Sendable, Equatable {
  /// The wait before the second attempt.
  public var initial: Duration
  /// What each further wait is multiplied by.
  public var factor: Double
  /// No wait is longer.
  public var maximum: Duration
  /// The share of each wait that is left to chance: 0 is exact, 0.5 waits between half and the whole.
  public var jitter: Double

  public init(
    initial: Duration = .seconds(1), factor: Double = 2, maximum: Duration = .seconds(60),
    jitter: Double = 0.5
  ) {
    self.initial = initial
    self.factor = factor
    self.maximum = maximum
    self.jitter = jitter
  }

  /// The wait after the given number of failed attempts, which is 1 after the first.
  ///
  /// - Parameter random: a number in 0..<1; the same number gives the same wait.
  public func delay(afterAttempt attempt: Int, random: Double = .random(in: 0..<1)) -> Duration {
    var seconds = initial.seconds
    for _ in 1..<max(attempt, 1) where seconds < maximum.seconds { seconds *= factor }
    let capped = min(seconds, maximum.seconds)
    return .seconds(capped * (1 - jitter * random))
  }
}
