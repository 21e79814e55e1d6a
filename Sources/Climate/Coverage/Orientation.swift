/// On which side of a line a point lies.
enum Orientation {
  /// Positive to the left of the line from a to b, negative to the right, nil where rounding leaves it open.
  ///
  /// The bound is that of Shewchuk, "Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric
  /// Predicates" (1997), section 4.2, rounded up.
  @inline(__always)
  static func side(
    _ ax: Double, _ ay: Double, _ bx: Double, _ by: Double, _ px: Double, _ py: Double
  ) -> Double? {
    let left = (ax - px) * (by - py)
    let right = (ay - py) * (bx - px)
    let difference = left - right
    return abs(difference) > 4e-16 * (abs(left) + abs(right)) ? difference : nil
  }
}

/// Whether the rings of an area are simple and apart from each other, and how they nest.
enum RingTopology {
  /// The sign of each ring's contribution: +1 for shells, -1 for holes. Nil where a ring touches or crosses itself or
  /// another one, or parts overlap: such an area takes the careful way.
  static func signs(_ area: CleanArea) -> [Double]? {
    let next = area.nextVertex()
    let strips = EdgeStrips(area, next: next)
    let apart = area.xs.withUnsafeBufferPointer { xs in
      area.ys.withUnsafeBufferPointer { ys in
        strips.forEachPair(area, next: next) { first, second in
          areApart(first, Int(next[first]), second, Int(next[second]), xs, ys)
        }
      }
    }
    guard apart else { return nil }
    guard area.rings.count > 1 else { return [1] }
    let ringOfVertex = area.ringOfVertex()
    var odd = [Bool](repeating: false, count: area.rings.count)
    var signs: [Double] = []
    for (ring, vertices) in area.rings.enumerated() {
      let x = area.xs[vertices.lowerBound]
      let y = area.ys[vertices.lowerBound]
      var touched: [Int] = []
      for edge in strips.edges(near: y) {
        let other = Int(ringOfVertex[Int(edge)])
        if other == ring { continue }
        let a = Int(edge)
        let b = Int(next[a])
        if (area.ys[a] > y) == (area.ys[b] > y) { continue }
        let crossing = area.xs[a] + (y - area.ys[a]) / (area.ys[b] - area.ys[a]) * (area.xs[b] - area.xs[a])
        if x < crossing {
          odd[other].toggle()
          touched.append(other)
        }
      }
      var depth = 0
      var othersInside: [Int: Bool] = [:]
      for other in touched where odd[other] {
        odd[other] = false
        if area.partOfRing[other] == area.partOfRing[ring] {
          depth += 1
        } else {
          othersInside[area.partOfRing[other], default: false].toggle()
        }
      }
      if othersInside.values.contains(true) { return nil }
      signs.append(depth % 2 == 0 ? 1 : -1)
    }
    return signs
  }

  /// Whether two edges have nothing in common but the vertex that joins neighbours.
  @inline(__always)
  static func areApart(
    _ a: Int, _ b: Int, _ c: Int, _ d: Int, _ xs: UnsafeBufferPointer<Double>,
    _ ys: UnsafeBufferPointer<Double>
  ) -> Bool {
    if b == c || d == a {
      // Neighbours: apart unless the second goes back over the first.
      let (p, q, r) = b == c ? (a, b, d) : (b, a, c)
      if Orientation.side(xs[p], ys[p], xs[q], ys[q], xs[r], ys[r]) != nil { return true }
      return (xs[p] - xs[q]) * (xs[r] - xs[q]) + (ys[p] - ys[q]) * (ys[r] - ys[q]) < 0
    }
    if let one = Orientation.side(xs[a], ys[a], xs[b], ys[b], xs[c], ys[c]),
      let other = Orientation.side(xs[a], ys[a], xs[b], ys[b], xs[d], ys[d]), (one > 0) == (other > 0)
    {
      return true
    }
    if let one = Orientation.side(xs[c], ys[c], xs[d], ys[d], xs[a], ys[a]),
      let other = Orientation.side(xs[c], ys[c], xs[d], ys[d], xs[b], ys[b]), (one > 0) == (other > 0)
    {
      return true
    }
    return false
  }
}
