import Synchronization

/// Something that happens a number of times, and then no more.
package final class Countdown: Sendable {
  private let left: Mutex<Int>

  package init(_ count: Int) { left = Mutex(count) }

  /// Whether it happens this time.
  package func happens() -> Bool {
    left.withLock { left in
      left -= 1
      return left >= 0
    }
  }

  /// Whether it was asked for once more than it happens.
  package var isOver: Bool { left.withLock { $0 < 0 } }
}
