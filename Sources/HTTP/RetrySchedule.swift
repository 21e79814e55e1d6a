import Essentials
import FoundationEssentials

/// Decides, attempt by attempt, whether a request is sent again and when. Pure: the time and the chance come from
/// outside.
struct RetrySchedule: Sendable {
  private let retry: HTTPRetry
  private let isAllowed: Bool
  private let end: Date
  /// How many attempts have failed.
  private(set) var attempts = 0
  private var internalServerErrors = 0

  /// - Parameters:
  ///   - start: when the first attempt starts.
  ///   - total: the limit for the whole call, which no wait may pass.
  init(_ retry: HTTPRetry, method: HTTPMethod, start: Date, total: Duration?) {
    self.retry = retry
    switch retry.scope {
    case .none: isAllowed = false
    case .anyMethod: isAllowed = true
    case .idempotentMethods: isAllowed = method.isIdempotent
    }
    end = start.addingTimeInterval(min(retry.deadline, total ?? retry.deadline).seconds)
  }

  /// How long to wait after an answer before the next attempt; nil where the answer is the last word.
  mutating func wait(after status: Int, retryAfter: Duration?, now: Date, random: () -> Double) -> Duration? {
    guard Self.isWorthRepeating(status) else { return nil }
    if status == 500 {
      internalServerErrors += 1
      guard internalServerErrors < retry.attemptsOnInternalServerError else { return nil }
    }
    return wait(retryAfter: retryAfter, now: now, random: random)
  }

  /// How long to wait after a failure before the next attempt; nil where it is the last word.
  mutating func wait(after failure: HTTPFailure, now: Date, random: () -> Double) -> Duration? {
    guard failure.kind == .transient else { return nil }
    if case .timedOut(.total, _) = failure.reason { return nil }
    return wait(retryAfter: nil, now: now, random: random)
  }

  private mutating func wait(retryAfter: Duration?, now: Date, random: () -> Double) -> Duration? {
    attempts += 1
    guard isAllowed, attempts < retry.attempts else { return nil }
    let wait = retryAfter ?? retry.backoff.delay(afterAttempt: attempts, random: random())
    return now.addingTimeInterval(wait.seconds) < end ? wait : nil
  }

  /// RFC 9110 and RFC 6585: the statuses that may be another at the next attempt.
  private static func isWorthRepeating(_ status: Int) -> Bool {
    [408, 429, 500, 502, 503, 504].contains(status)
  }
}
