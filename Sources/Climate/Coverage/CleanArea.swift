/// The rings of an area, ready for geometry: open (the last vertex is not the first again), without repeated
/// vertices, without rings of fewer than three vertices, and each part brought near the grid by a multiple of 360
/// degrees.
struct CleanArea {
  var xs: [Double] = []
  var ys: [Double] = []
  /// The vertices of each ring.
  var rings: [Range<Int>] = []
  /// The part of each ring.
  var partOfRing: [Int] = []
  var partCount = 0
  /// The box around everything that was given, degenerate rings included.
  private(set) var box = BoundingBox(west: 0, south: 0, east: 0, north: 0)

  /// - Parameter centre: the longitude of the middle of the grid. The whole is shifted to lie nearest to it, after the
  ///   parts have been brought onto the same turn: parts that overlap on Earth do so in the plane as well, and those on
  ///   both sides of the antimeridian are neighbours.
  init(_ area: Area, around centre: Double) {
    var west = Double.infinity
    var east = -Double.infinity
    var south = Double.infinity
    var north = -Double.infinity
    xs.reserveCapacity(area.vertexCount)
    ys.reserveCapacity(area.vertexCount)
    let boxes = area.partEnds.indices.map { area.box(of: area.vertices(ofPart: $0)) }
    let shifts = Self.shifts(of: boxes, around: centre)
    for part in area.partEnds.indices {
      guard let box = boxes[part] else { continue }
      let shift = shifts[part]
      west = min(west, box.west + shift)
      east = max(east, box.east + shift)
      south = min(south, box.south)
      north = max(north, box.north)
      for ring in area.rings(ofPart: part) {
        append(area, area.vertices(ofRing: ring), shift: shift, part: partCount)
      }
      partCount += 1
    }
    box = BoundingBox(west: west, south: south, east: east, north: north)
  }

  /// How far each part is moved, in whole turns.
  static func shifts(of boxes: [BoundingBox?], around centre: Double) -> [Double] {
    func nearest(_ west: Double, _ east: Double) -> Double {
      -(((west + east) / 2 - centre) / 360).rounded() * 360
    }
    let known = boxes.compactMap { $0 }
    guard known.count > 1, let seam = emptyMeridian(of: known) else {
      return boxes.map { $0.map { nearest($0.west, $0.east) } ?? 0 }
    }
    // From the meridian that no part lies on eastward, once around.
    let turns = boxes.map { $0.map { -(($0.west - seam) / 360).rounded(.down) * 360 } ?? 0 }
    var west = Double.infinity
    var east = -Double.infinity
    for case (let box?, let turn) in zip(boxes, turns) {
      west = min(west, box.west + turn)
      east = max(east, box.east + turn)
    }
    let shift = nearest(west, east)
    return turns.map { $0 + shift }
  }

  /// The middle of the widest range of longitudes without a part, by whatever turn; nil where there is none.
  private static func emptyMeridian(of boxes: [BoundingBox]) -> Double? {
    let ranges = boxes.map { box in
      let west = box.west - (box.west / 360).rounded(.down) * 360
      return (west: west, east: west + box.east - box.west)
    }.sorted { $0.west < $1.west }
    var reach = (ranges.map(\.east).max() ?? 0) - 360
    var widest = (width: 0.0, middle: 0.0)
    for range in ranges {
      if range.west - reach > widest.width { widest = (range.west - reach, (range.west + reach) / 2) }
      reach = max(reach, range.east)
    }
    return widest.width > 1e-9 ? widest.middle : nil
  }

  private mutating func append(_ area: Area, _ vertices: Range<Int>, shift: Double, part: Int) {
    let start = xs.count
    area.coordinates.withUnsafeBufferPointer { coordinates in
      for vertex in vertices {
        let x = coordinates[2 * vertex] + shift
        let y = coordinates[2 * vertex + 1]
        if xs.count > start, x == xs[xs.count - 1], y == ys[ys.count - 1] { continue }
        xs.append(x)
        ys.append(y)
      }
    }
    while xs.count > start + 1, xs[xs.count - 1] == xs[start], ys[ys.count - 1] == ys[start] { removeLast() }
    if let length = repeatedWalk(from: start) {
      while xs.count > start + length { removeLast() }
    }
    if xs.count - start < 3 {
      while xs.count > start { removeLast() }
      return
    }
    rings.append(start..<xs.count)
    partOfRing.append(part)
  }

  private mutating func removeLast() {
    xs.removeLast()
    ys.removeLast()
  }

  /// The length of the closed walk that the last ring repeats, where it is walked more than once.
  private func repeatedWalk(from start: Int) -> Int? {
    let count = xs.count - start
    // Most rings come to where they began once, and need no more than this look.
    guard (1..<max(count, 1)).contains(where: { xs[start + $0] == xs[start] && ys[start + $0] == ys[start] })
    else { return nil }
    // The prefix function of Knuth, Morris and Pratt: how much of the beginning ends at each vertex. In one pass, whatever
    // the ring does.
    var borders = [Int](repeating: 0, count: count)
    for index in 1..<count {
      var border = borders[index - 1]
      while border > 0, !isSame(start + index, start + border) { border = borders[border - 1] }
      borders[index] = isSame(start + index, start + border) ? border + 1 : 0
    }
    let period = count - borders[count - 1]
    return period < count && count % period == 0 ? period : nil
  }

  private func isSame(_ one: Int, _ other: Int) -> Bool { xs[one] == xs[other] && ys[one] == ys[other] }

  /// The ring of each vertex.
  func ringOfVertex() -> [Int32] {
    var result = [Int32](repeating: 0, count: xs.count)
    for (ring, vertices) in rings.enumerated() { for vertex in vertices { result[vertex] = Int32(ring) } }
    return result
  }

  /// The vertex behind each vertex in its ring.
  func nextVertex() -> [Int32] {
    var result = [Int32](repeating: 0, count: xs.count)
    for vertices in rings {
      for vertex in vertices { result[vertex] = Int32(vertex + 1) }
      result[vertices.upperBound - 1] = Int32(vertices.lowerBound)
    }
    return result
  }

  /// Twice the signed area of a ring, and its first moments about the ring's first vertex: positive where it runs
  /// counter-clockwise.
  func moments(ofRing ring: Int) -> (area: Double, x: Double, y: Double) {
    let vertices = rings[ring]
    let x0 = xs[vertices.lowerBound]
    let y0 = ys[vertices.lowerBound]
    var area = 0.0
    var mx = 0.0
    var my = 0.0
    return xs.withUnsafeBufferPointer { xs in
      ys.withUnsafeBufferPointer { ys in
        var xa = xs[vertices.upperBound - 1] - x0
        var ya = ys[vertices.upperBound - 1] - y0
        for vertex in vertices {
          let xb = xs[vertex] - x0
          let yb = ys[vertex] - y0
          let cross = xa * yb - xb * ya
          area += cross
          mx += cross * (xa + xb)
          my += cross * (ya + yb)
          xa = xb
          ya = yb
        }
        return (area / 2, mx / 6 + area / 2 * x0, my / 6 + area / 2 * y0)
      }
    }
  }
}
