import Essentials

/// How many rows the next request carries.
struct ChunkSize: Sendable {
  private let limits: ImportOptions.Chunk
  private(set) var rows: Int
  /// The largest size that was neither too large for a server nor took too long.
  private var ceiling: Int

  init(_ limits: ImportOptions.Chunk) {
    self.limits = limits
    rows = max(1, min(limits.start, limits.most))
    ceiling = max(1, limits.most)
  }

  /// A request of so many rows took so long.
  mutating func took(_ duration: Duration, for count: Int) {
    // A short one, at the end of a period, says little.
    guard count * 2 >= rows else { return }
    let target = limits.target.seconds
    let seconds = duration.seconds
    if seconds > target {
      rows = max(limits.least, Int(Double(count) * target / seconds * 0.8))
    } else if seconds < target / 4 {
      rows *= 2
    }
    rows = max(1, min(rows, ceiling))
  }

  /// How many rows the next request will carry, if one of so many rows that is on its way is answered quickly.
  func expected(after count: Int) -> Int {
    var next = self
    next.took(.zero, for: count)
    return next.rows
  }

  /// A request of so many rows took longer than server, proxy or client waits.
  mutating func ranOut(_ count: Int) {
    ceiling = max(1, min(ceiling, max(limits.least, count / 2)))
    rows = min(rows, ceiling)
  }

  /// A request of so many rows was too large.
  mutating func wasTooLarge(_ count: Int) {
    ceiling = max(1, min(ceiling, count / 2))
    rows = min(rows, ceiling)
  }
}
