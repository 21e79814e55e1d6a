import Essentials
import Testing

@Suite("Failures and waiting") struct FailureTests {
  @Test("A failure reads as its message, then its remedy")
  func description() {
    #expect("\(Misconfiguration("no block \"dhis2\""))" == "no block \"dhis2\"")
    #expect("\(Rejection("value 7 refused", remedy: "Send 8."))" == "value 7 refused. Send 8.")
  }

  @Test("An error that says nothing of its kind is a fault")
  func kinds() {
    #expect(FailureKind(of: CancellationError()) == .fault)
    #expect(FailureKind(of: Misconfiguration("x")) == .configuration)
  }

  @Test(
    "Waits grow, are capped, and are spread downwards",
    arguments: [(1, 1.0), (2, 2.0), (3, 4.0), (7, 60.0), (500, 60.0)])
  func backoff(attempt: Int, seconds: Double) {
    let backoff = Backoff(initial: .seconds(1), factor: 2, maximum: .seconds(60), jitter: 0.5)
    #expect(backoff.delay(afterAttempt: attempt, random: 0).seconds == seconds)
    #expect(abs(backoff.delay(afterAttempt: attempt, random: 0.5).seconds - seconds * 0.75) < 1e-9)
  }

  @Test(
    "Durations are said as people say them",
    arguments: [
      (Duration.milliseconds(850), "850 ms"), (.seconds(3.24), "3.2 s"), (.seconds(720), "12 min"),
      (.seconds(18_600), "5 h 10 min"),
    ])
  func words(duration: Duration, text: String) { #expect(duration.inWords == text) }
}
