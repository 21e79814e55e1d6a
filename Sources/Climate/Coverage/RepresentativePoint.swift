/// The one point that stands for an area.
enum RepresentativePoint {
  /// The centroid; where that lies outside, the middle of the longest inside run of the parallel through it.
  static func of(_ area: CleanArea, centroid: Point) -> Point {
    let runs = insideRuns(area, at: centroid.latitude)
    if runs.contains(where: { $0.0 <= centroid.longitude && centroid.longitude <= $0.1 }) { return centroid }
    guard let longest = runs.max(by: { $0.1 - $0.0 < $1.1 - $1.0 }) else { return centroid }
    return Point(longitude: (longest.0 + longest.1) / 2, latitude: centroid.latitude)
  }

  /// From where to where a parallel lies inside, from west to east: even-odd within a part, the union over parts.
  static func insideRuns(_ area: CleanArea, at latitude: Double) -> [(Double, Double)] {
    var crossings: [(x: Double, part: Int)] = []
    for (ring, vertices) in area.rings.enumerated() {
      var from = vertices.upperBound - 1
      for to in vertices {
        let (a, b) = (area.ys[from], area.ys[to])
        if (a > latitude) != (b > latitude) {
          let share = (latitude - a) / (b - a)
          crossings.append((area.xs[from] + share * (area.xs[to] - area.xs[from]), area.partOfRing[ring]))
        }
        from = to
      }
    }
    crossings.sort { $0.x < $1.x }
    var inside = Set<Int>()
    var runs: [(Double, Double)] = []
    var start = 0.0
    for crossing in crossings {
      let was = inside.isEmpty
      if inside.remove(crossing.part) == nil { inside.insert(crossing.part) }
      if was, !inside.isEmpty { start = crossing.x }
      if !was, inside.isEmpty, crossing.x > start { runs.append((start, crossing.x)) }
    }
    return runs
  }
}
