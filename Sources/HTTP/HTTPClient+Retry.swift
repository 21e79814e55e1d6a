import Essentials
import FoundationEssentials

extension HTTPClient {
  /// Makes attempts until one brings the last word: an answer, or a failure that is thrown.
  ///
  /// - Parameters:
  ///   - status: status and headers of an answer.
  ///   - attempt: one attempt, given what is left of the call's time.
  func repeating<Answer>(
    _ request: HTTPRequest, status: (Answer) -> (Int, HTTPHeaders),
    attempt: (Duration?) async throws -> Answer
  ) async throws -> Answer {
    let start = clock.now()
    let total = request.timeouts.total
    var schedule = RetrySchedule(
      RetryScope.isLeftToTask ? .never : request.retry, method: request.method, start: start, total: total)
    while true {
      let remaining = total.map { $0 - .seconds(clock.now().timeIntervalSince(start)) }
      let wait: Duration
      let reason: String
      do {
        let answer = try await attempt(remaining)
        let (status, headers) = status(answer)
        let now = clock.now()
        guard
          let next = schedule.wait(
            after: status, retryAfter: headers.retryAfter(now: now), now: now, random: { .random(in: 0..<1) })
        else { return answer }
        wait = next
        reason = "\(request.method.rawValue) \(URLText.masked(request.url)): answered \(status)"
      } catch let failure as HTTPFailure {
        guard let next = schedule.wait(after: failure, now: clock.now(), random: { .random(in: 0..<1) })
        else {
          throw failure
        }
        wait = next
        reason = failure.message
      }
      log.info("\(reason); attempt \(schedule.attempts + 1) of \(request.retry.attempts) in \(wait.inWords)")
      try await clock.sleep(for: wait)
    }
  }
}
