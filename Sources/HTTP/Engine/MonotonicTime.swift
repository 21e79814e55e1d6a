import Glibc

/// Nanoseconds of the machine's steady clock: what the engine measures silence by.
///
/// Not the injected clock: whether a socket is silent is a fact of this machine.
struct MonotonicTime: Sendable, Comparable {
  let nanoseconds: Int64

  static var now: MonotonicTime {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return MonotonicTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  static let distantFuture = MonotonicTime(nanoseconds: .max)

  static func < (left: MonotonicTime, right: MonotonicTime) -> Bool { left.nanoseconds < right.nanoseconds }

  static func + (time: MonotonicTime, duration: Duration) -> MonotonicTime {
    MonotonicTime(nanoseconds: time.nanoseconds + duration.nanoseconds)
  }

  func since(_ earlier: MonotonicTime) -> Duration { .nanoseconds(nanoseconds - earlier.nanoseconds) }
}

extension Duration {
  /// Whole nanoseconds, at most a hundred years of them.
  var nanoseconds: Int64 {
    let longest: Int64 = 3_155_760_000
    let seconds = min(max(components.seconds, -longest), longest)
    return seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
  }

  /// Whole milliseconds, rounded up, so that a short time never becomes none.
  var milliseconds: Int { Int((nanoseconds + 999_999) / 1_000_000) }
}
