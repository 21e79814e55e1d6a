import Essentials
import HTTP

/// A time in which the store, or the way to it, is away: what to wait before each next attempt.
struct CDSOutage {
  private var attempt = 0

  /// An address where nobody answers is taken for a wrong one after so many attempts, unless the store has answered there
  /// before.
  private static let mostAtNewAddress = 10

  /// Whether a failure passes by itself.
  ///
  /// - Parameter ofJob: whether the store has taken a job before, so that its address is right.
  func passes(_ failure: any Failure, ofJob: Bool) -> Bool {
    guard failure.kind == .transient else { return false }
    switch failure {
    case let failure as CDSFailure: return failure.problem == .other
    case let failure as HTTPFailure:
      let isOfAddress = [.connectionRefused, .nameNotResolved].contains(failure.reason)
      return ofJob || !isOfAddress || attempt + 1 < Self.mostAtNewAddress
    default: return false
    }
  }

  /// The store's own time where it names one; else 5 s, twice as long each time, up to 2 min.
  mutating func pause(after failure: any Failure) -> Duration {
    defer { attempt += 1 }
    let pause = failure.retryAfter ?? min(.seconds(5) * (1 << min(attempt, 5)), .seconds(120))
    return max(pause, .seconds(1))
  }
}
