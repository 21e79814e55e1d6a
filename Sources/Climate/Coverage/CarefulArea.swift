/// Areas whose rings touch, cross or overlap, cut into trapezoids between latitudes at which anything happens.
///
/// Between two such latitudes no edges cross, so that the inside can be read off from west to east: even-odd within a
/// part, the union over parts.
struct CarefulArea {
  /// What lies inside between two edges and two latitudes; `west` and `east` are longitudes.
  struct Trapezoid {
    let south: Double
    let north: Double
    let westAtSouth: Double
    let westAtNorth: Double
    let eastAtSouth: Double
    let eastAtNorth: Double
  }

  private let area: CleanArea
  private let next: [Int32]
  private let levels: [Double]

  /// More crossings than that are refused: no border has them, and they would take hours.
  static let mostCrossings = 2_000_000

  /// - Throws: ``ClimateFailure`` where it crosses itself too often.
  init(_ area: CleanArea) throws {
    self.area = area
    next = area.nextVertex()
    let strips = EdgeStrips(area, next: next)
    let next = next
    var levels = area.ys
    let most = area.ys.count + Self.mostCrossings
    let complete = strips.forEachPair(area, next: next) { first, second in
      let (a, b, c, d) = (first, Int(next[first]), second, Int(next[second]))
      let (rx, ry) = (area.xs[b] - area.xs[a], area.ys[b] - area.ys[a])
      let (sx, sy) = (area.xs[d] - area.xs[c], area.ys[d] - area.ys[c])
      let denominator = rx * sy - ry * sx
      // Parallel edges have nothing but vertices in common, and those are levels already.
      guard denominator != 0 else { return true }
      let t = ((area.xs[c] - area.xs[a]) * sy - (area.ys[c] - area.ys[a]) * sx) / denominator
      let u = ((area.xs[c] - area.xs[a]) * ry - (area.ys[c] - area.ys[a]) * rx) / denominator
      if t > 0, t < 1, u > 0, u < 1 { levels.append(area.ys[a] + t * ry) }
      return levels.count <= most
    }
    guard complete else {
      throw ClimateFailure("it crosses itself more than \(Self.mostCrossings) times")
    }
    levels.sort()
    var distinct: [Double] = []
    for level in levels where distinct.last != level { distinct.append(level) }
    self.levels = distinct
  }

  /// Hands over all trapezoids from south to north.
  func forEachTrapezoid(_ body: (Trapezoid) -> Void) {
    let byStart = area.ys.indices.filter { area.ys[$0] != area.ys[Int(next[$0])] }
      .sorted { lowest($0) < lowest($1) }
    var upcoming = 0
    var active: [Int] = []
    var crossings: [(middle: Double, south: Double, north: Double, part: Int)] = []
    var inside = [Bool](repeating: false, count: area.partCount)
    let ringOfVertex = area.ringOfVertex()
    for (south, north) in zip(levels, levels.dropFirst()) {
      active.removeAll { highest($0) <= south }
      while upcoming < byStart.count, lowest(byStart[upcoming]) <= south {
        if highest(byStart[upcoming]) > south { active.append(byStart[upcoming]) }
        upcoming += 1
      }
      crossings.removeAll(keepingCapacity: true)
      for edge in active {
        let atSouth = longitude(edge, at: south)
        let atNorth = longitude(edge, at: north)
        crossings.append(
          (atSouth + atNorth, atSouth, atNorth, area.partOfRing[Int(ringOfVertex[edge])]))
      }
      crossings.sort { $0.middle < $1.middle }
      var covered = 0
      var start = 0
      for (index, crossing) in crossings.enumerated() {
        inside[crossing.part].toggle()
        covered += inside[crossing.part] ? 1 : -1
        if covered == 1, inside[crossing.part] {
          start = index
        } else if covered == 0 {
          body(
            Trapezoid(
              south: south, north: north, westAtSouth: crossings[start].south,
              westAtNorth: crossings[start].north,
              eastAtSouth: crossing.south, eastAtNorth: crossing.north))
        }
      }
    }
  }

  private func lowest(_ edge: Int) -> Double { min(area.ys[edge], area.ys[Int(next[edge])]) }
  private func highest(_ edge: Int) -> Double { max(area.ys[edge], area.ys[Int(next[edge])]) }

  private func longitude(_ edge: Int, at latitude: Double) -> Double {
    let end = Int(next[edge])
    if latitude == area.ys[edge] { return area.xs[edge] }
    if latitude == area.ys[end] { return area.xs[end] }
    let share = (latitude - area.ys[edge]) / (area.ys[end] - area.ys[edge])
    return area.xs[edge] + share * (area.xs[end] - area.xs[edge])
  }
}
