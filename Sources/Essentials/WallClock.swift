public import FoundationEssentials

/// The time of day and the passing of it, as an input: tests hand in a clock of their own.
public protocol WallClock: Sendable {
  /// The current time.
  func now() -> Date
  /// Returns after the given time, or throws `CancellationError` as soon as the task is cancelled.
  func sleep(for duration: Duration) async throws
  /// Returns when that moment has come, for deadlines: a test's clock, which jumps ahead when somebody sleeps, does not
  /// jump for this.
  func alarm(at date: Date) async throws
}

extension WallClock {
  public func alarm(at date: Date) async throws {
    let remaining = date.timeIntervalSince(now())
    if remaining > 0 { try await sleep(for: .seconds(remaining)) }
  }
}

/// The clock of this machine.
public struct SystemClock: WallClock {
  public init() {}
  public func now() -> Date { Date() }
  public func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
}

extension WallClock where Self == SystemClock {
  public static var system: SystemClock { SystemClock() }
}

extension Duration {
  /// The duration in seconds, with its fraction.
  public var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }

  /// As a person says it: `850 ms`, `3.2 s`, `12 min`, `5 h 10 min`.
  public var inWords: String {
    let total = seconds
    if total < 1 { return "\(Int((total * 1000).rounded())) ms" }
    if total < 60 { return "\((total * 10).rounded() / 10) s" }
    let minutes = Int((total / 60).rounded())
    if minutes < 60 { return "\(minutes) min" }
    return minutes % 60 == 0 ? "\(minutes / 60) h" : "\(minutes / 60) h \(minutes % 60) min"
  }
}
