internal import Glibc

/// Cells of a grid with fractal sides: the districts. A side belongs to both of its cells, so that neighbours adjoin
/// exactly, and the border of any set of cells is put together from the same sides.
struct Mosaic {
  /// A cell by its row from the south and its column from the west.
  struct Cell: Hashable {
    let row: Int
    let column: Int

    var neighbours: [Cell] {
      [
        Cell(row: row, column: column + 1), Cell(row: row + 1, column: column),
        Cell(row: row, column: column - 1),
        Cell(row: row - 1, column: column),
      ]
    }
  }

  /// A corner of cells.
  fileprivate struct Node: Hashable, Comparable {
    let row: Int
    let column: Int
    static func < (left: Node, right: Node) -> Bool { (left.row, left.column) < (right.row, right.column) }
  }

  /// A side in one direction.
  fileprivate struct Side: Hashable {
    let start: Node
    let end: Node
    var reversed: Side { Side(start: end, end: start) }
  }

  let cells: [Cell]
  let cellSize: Double
  private let corners: [Node: SandboxPoint]
  private let lines: [Side: [SandboxPoint]]

  /// A land of about the given number of cells around a centre.
  init(about count: Int, centre: SandboxPoint, cellSize: Double, seed: UInt64) {
    self.cellSize = cellSize
    var source = SplitMix64(seed: seed, name: "mosaic")
    let rows = max(3, Int((Double(count) * 1.25).squareRoot().rounded()))
    var cells: [Cell] = []
    var previous: ClosedRange<Int>?
    for row in 0..<rows {
      // An ellipse with a ragged coast. The spans of neighbouring rows overlap, so that the land is of one piece, has
      // no lake, and nowhere hangs on a single corner.
      let height = (Double(row) + 0.5) / Double(rows) * 2 - 1
      let half = (1 - height * height * 0.8).squareRoot() * Double(rows) / 2
      var first = Int((Double(rows) / 2 - half + source.signed() * 0.6).rounded())
      var last = max(first, Int((Double(rows) / 2 + half - 1 + source.signed() * 0.6).rounded()))
      if let previous {
        first = min(first, previous.upperBound)
        last = max(last, previous.lowerBound)
      }
      previous = first...last
      cells += (first...last).map { Cell(row: row, column: $0) }
    }
    self.cells = cells

    var corners: [Node: SandboxPoint] = [:]
    var lines: [Side: [SandboxPoint]] = [:]
    let land = Set(cells)
    for cell in cells {
      for node in Self.nodes(of: cell) where corners[node] == nil {
        corners[node] =
          SandboxPoint(
            centre.longitude + (Double(node.column) - Double(rows) / 2 + source.signed() * 0.18) * cellSize,
            centre.latitude + (Double(node.row) - Double(rows) / 2 + source.signed() * 0.18) * cellSize
          ).rounded
      }
    }
    for cell in cells {
      for (side, neighbour) in zip(Self.sides(of: cell), Self.facing(cell)) where lines[side] == nil {
        let (low, high) = side.start < side.end ? (side.start, side.end) : (side.end, side.start)
        var own = SplitMix64(seed: seed, name: "side \(low.row) \(low.column) \(high.row) \(high.column)")
        let border = Border(roughness: land.contains(neighbour) ? 0.13 : 0.17, depth: 5)
        let forward = border.points(from: corners[low]!, to: corners[high]!, &own)
        lines[Side(start: low, end: high)] = forward
        lines[Side(start: high, end: low)] = [corners[high]!] + forward.dropFirst().reversed()
      }
    }
    self.corners = corners
    self.lines = lines
  }

  /// The corners counterclockwise from the south-west.
  private static func nodes(of cell: Cell) -> [Node] {
    [(0, 0), (0, 1), (1, 1), (1, 0)].map { Node(row: cell.row + $0.0, column: cell.column + $0.1) }
  }

  private static func sides(of cell: Cell) -> [Side] {
    let nodes = nodes(of: cell)
    return nodes.indices.map { Side(start: nodes[$0], end: nodes[($0 + 1) % 4]) }
  }

  /// The cells across the sides, in their order: south, east, north, west.
  private static func facing(_ cell: Cell) -> [Cell] {
    let around = cell.neighbours
    return [around[3], around[0], around[1], around[2]]
  }

  /// The border of a set of cells: closed rings, the shells counterclockwise, each with its holes.
  func border(of set: some Sequence<Cell>) -> [[[SandboxPoint]]] {
    let members = Set(set)
    var open: [Node: [Side]] = [:]
    // In the order of the mosaic, row by row, so that the same set always gives the same rings.
    for cell in members.sorted(by: { ($0.row, $0.column) < ($1.row, $1.column) }) {
      for (side, neighbour) in zip(Self.sides(of: cell), Self.facing(cell)) where !members.contains(neighbour)
      {
        open[side.start, default: []].append(side)
      }
    }
    var rings: [[SandboxPoint]] = []
    for start in open.keys.sorted() {
      while let first = open[start]?.popLast() {
        var ring = lines[first]!
        var side = first
        while side.end != start {
          // Where two cells touch at a corner only, turning right keeps the rings apart.
          let ways = open[side.end] ?? []
          guard let index = ways.indices.max(by: { side.turn(to: ways[$0]) < side.turn(to: ways[$1]) }) else {
            break
          }
          side = ways[index]
          open[side.start]?.remove(at: index)
          ring += lines[side]!
        }
        ring.append(ring[0])
        rings.append(ring)
      }
    }
    let shells = rings.filter { Self.area($0) > 0 }
    let holes = rings.filter { Self.area($0) < 0 }
    return shells.map { shell in
      let inside = LandMask([[shell]])
      return [shell] + holes.filter { hole in hole.contains { inside.contains($0) } }
    }
  }

  /// The middle of a cell's corners.
  func middle(of cell: Cell) -> SandboxPoint {
    let points = Self.nodes(of: cell).map { corners[$0]! }
    return SandboxPoint(points.map(\.longitude).reduce(0, +) / 4, points.map(\.latitude).reduce(0, +) / 4)
  }

  /// Twice the signed area; above zero where the ring runs counterclockwise.
  private static func area(_ ring: [SandboxPoint]) -> Double {
    zip(ring, ring.dropFirst()).reduce(0) {
      $0 + $1.0.longitude * $1.1.latitude - $1.1.longitude * $1.0.latitude
    }
  }
}

extension Mosaic.Side {
  /// 1 for a turn to the right, -1 to the left, 0 straight on.
  fileprivate func turn(to next: Mosaic.Side) -> Int {
    let (x, y) = (end.column - start.column, end.row - start.row)
    let (u, v) = (next.end.column - next.start.column, next.end.row - next.start.row)
    return -(x * v - y * u)
  }
}
