import Testing

@testable import PrefectClient

@Suite("Waits before a request is sent again") struct RetryWaitTests {
  @Test(
    "The waits double, after a short first one",
    arguments: [(1, 0.25), (2, 2), (3, 4), (4, 8), (5, 16), (6, 32), (7, 64), (8, 64), (1000, 64)])
  func doubling(failures: Int, seconds: Double) {
    let wait = RetryWait(jitter: 0.2).duration(afterFailures: failures, retryAfter: nil, random: 0.5)
    #expect(wait == .seconds(seconds))
  }

  @Test("Chance spreads a wait to both sides, and what the server asked for upwards only")
  func jitter() {
    let wait = RetryWait(jitter: 0.2)
    #expect(wait.duration(afterFailures: 2, retryAfter: nil, random: 0) == .seconds(1.6))
    #expect(wait.duration(afterFailures: 2, retryAfter: .seconds(10), random: 0) == .seconds(10))
    #expect(wait.duration(afterFailures: 2, retryAfter: .seconds(10), random: 0.5) == .seconds(11))
    #expect(RetryWait(jitter: 0).duration(afterFailures: 3, retryAfter: nil, random: 0.9) == .seconds(4))
  }
}
