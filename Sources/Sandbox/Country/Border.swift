internal import Glibc

/// Borders that look like borders: a segment, its middle moved aside, and again for both halves.
struct Border {
  /// How far the middle moves, as a share of the segment's length.
  let roughness: Double
  /// How often a segment is halved.
  let depth: Int

  /// The points from one place to another, without the last.
  func points(
    from start: SandboxPoint, to end: SandboxPoint, _ source: inout SplitMix64
  ) -> [SandboxPoint] {
    var line = [start, end]
    for _ in 0..<depth {
      var finer: [SandboxPoint] = []
      for (a, b) in zip(line, line.dropFirst()) {
        finer.append(a)
        let shift = source.signed() * roughness
        finer.append(
          SandboxPoint(
            (a.longitude + b.longitude) / 2 - (b.latitude - a.latitude) * shift,
            (a.latitude + b.latitude) / 2 + (b.longitude - a.longitude) * shift))
      }
      finer.append(end)
      line = finer
    }
    return line.dropLast().map(\.rounded)
  }

  /// A closed coast around a place, counterclockwise.
  func island(around centre: SandboxPoint, radius: Double, _ source: inout SplitMix64) -> [SandboxPoint] {
    let corners = (0..<6).map { index in
      let angle = (Double(index) + source.signed() * 0.2) * .pi / 3
      let reach = radius * (1 + source.signed() * 0.25)
      return SandboxPoint(centre.longitude + reach * cos(angle), centre.latitude + reach * sin(angle)).rounded
    }
    let coast = corners.indices.flatMap { points(from: corners[$0], to: corners[($0 + 1) % 6], &source) }
    return coast + [coast[0]]
  }
}

extension SandboxPoint {
  /// To four decimals, about ten metres, as in DHIS2's demo data.
  var rounded: SandboxPoint {
    SandboxPoint((longitude * 10_000).rounded() / 10_000, (latitude * 10_000).rounded() / 10_000)
  }
}
