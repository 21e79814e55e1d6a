/// The edges of an area, sorted into horizontal strips, so that edges near each other are found without comparing all.
struct EdgeStrips {
  private let south: Double
  private let perDegree: Double
  private let count: Int
  /// Where each strip begins in `edges`.
  private var starts: [Int32]
  /// Edges by the vertex they start from.
  private var edges: [Int32]

  init(_ area: CleanArea, next: [Int32]) {
    let total = area.ys.count
    let south = area.ys.min() ?? 0
    let height = (area.ys.max() ?? 0) - south
    var count = max(1, min(total / 3, 1 << 20))
    if height <= 0 { count = 1 }
    while true {
      let perDegree = height > 0 ? Double(count) / height : 0
      var starts = [Int32](repeating: 0, count: count + 1)
      var entries = 0
      for vertex in 0..<total {
        let (low, high) = Self.strips(area, next, vertex, south, perDegree, count)
        entries += high - low + 1
        for strip in low...high { starts[strip + 1] += 1 }
        if entries > 16 * total + 64, count > 1 { break }
      }
      // Long edges lie in many strips: fewer strips then.
      if entries > 16 * total + 64, count > 1 {
        count = max(1, count / 4)
        continue
      }
      for strip in 0..<count { starts[strip + 1] += starts[strip] }
      var fill = starts
      var edges = [Int32](repeating: 0, count: entries)
      for vertex in 0..<total {
        let (low, high) = Self.strips(area, next, vertex, south, perDegree, count)
        for strip in low...high {
          edges[Int(fill[strip])] = Int32(vertex)
          fill[strip] += 1
        }
      }
      self.south = south
      self.perDegree = perDegree
      self.count = count
      self.starts = starts
      self.edges = edges
      return
    }
  }

  @inline(__always)
  private static func strips(
    _ area: CleanArea, _ next: [Int32], _ vertex: Int, _ south: Double, _ perDegree: Double, _ count: Int
  ) -> (Int, Int) {
    let a = area.ys[vertex]
    let b = area.ys[Int(next[vertex])]
    let low = min(count - 1, max(0, Int((min(a, b) - south) * perDegree)))
    let high = min(count - 1, max(low, Int((max(a, b) - south) * perDegree)))
    return (low, high)
  }

  /// The edges that may reach a latitude.
  func edges(near latitude: Double) -> ArraySlice<Int32> {
    let strip = min(count - 1, max(0, Int((latitude - south) * perDegree)))
    return edges[Int(starts[strip])..<Int(starts[strip + 1])]
  }

  /// Hands over pairs of edges whose boxes overlap, some more than once, until the closure says false. Gives false
  /// where it did.
  func forEachPair(_ area: CleanArea, next: [Int32], _ body: (Int, Int) -> Bool) -> Bool {
    area.xs.withUnsafeBufferPointer { xs in
      area.ys.withUnsafeBufferPointer { ys in
        next.withUnsafeBufferPointer { next in
          edges.withUnsafeBufferPointer { edges in
            var boxes: [(west: Double, east: Double, south: Double, north: Double, edge: Int)] = []
            for strip in 0..<count {
              let range = Int(starts[strip])..<Int(starts[strip + 1])
              if range.count < 2 { continue }
              boxes.removeAll(keepingCapacity: true)
              for index in range {
                let edge = Int(edges[index])
                let end = Int(next[edge])
                boxes.append(
                  (
                    min(xs[edge], xs[end]), max(xs[edge], xs[end]), min(ys[edge], ys[end]),
                    max(ys[edge], ys[end]),
                    edge
                  ))
              }
              boxes.sort { $0.west < $1.west }
              for first in boxes.indices {
                let box = boxes[first]
                var second = first + 1
                while second < boxes.count, boxes[second].west <= box.east {
                  let other = boxes[second]
                  if other.south <= box.north, other.north >= box.south, !body(box.edge, other.edge) {
                    return false
                  }
                  second += 1
                }
              }
            }
            return true
          }
        }
      }
    }
  }
}
