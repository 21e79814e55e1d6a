/// Adds up, cell by cell, the signed areas that the edges of closed rings sweep out, and gives the fraction of each
/// cell that lies inside.
///
/// An edge that goes up by dy takes dy x (width to its right) from its own cell and dy x width from every cell further
/// right in its row; one that goes down adds the same. Over a closed ring that runs counter-clockwise this leaves in each
/// cell the area inside. Only the cell of the edge is touched: what goes to all further cells of the row is kept as one
/// number (`rise`) and carried along when the row is read. This is exact-area rasterisation as in FreeType and
/// stb_truetype, in float64 and on unevenly spaced edges.
///
/// Not for several threads at a time: each has its own.
final class CellAccumulator {
  private let rowEdges: UnsafeMutableBufferPointer<Double>
  private let columnEdges: UnsafeMutableBufferPointer<Double>
  private let rowsPerDegree: Double
  private let columnsPerDegree: Double
  /// Nothing counts beyond; a grid that goes more than once around is cut after its first turn.
  private let west: Double
  private let east: Double
  private let south: Double
  private let north: Double

  private var firstRow = 0
  private var firstColumn = 0
  private var rows = 0
  private var columns = 0
  private var rise: UnsafeMutableBufferPointer<Double>
  private var partial: UnsafeMutableBufferPointer<Double>

  init(_ grid: Grid) {
    rowEdges = .allocate(capacity: grid.rowAxis.edges.count)
    _ = rowEdges.initialize(from: grid.rowAxis.edges)
    columnEdges = .allocate(capacity: grid.columnAxis.edges.count)
    _ = columnEdges.initialize(from: grid.columnAxis.edges)
    rowsPerDegree = 1 / grid.rowAxis.spacing
    columnsPerDegree = 1 / grid.columnAxis.spacing
    west = grid.west
    east = min(grid.east, grid.west + 360)
    south = grid.south
    north = grid.north
    rise = .allocate(capacity: 0)
    partial = .allocate(capacity: 0)
  }

  deinit {
    rowEdges.deallocate()
    columnEdges.deallocate()
    rise.deallocate()
    partial.deallocate()
  }

  /// Makes ready for rings within the box; false where it does not overlap the grid.
  func begin(_ box: BoundingBox) -> Bool {
    guard box.east > west, box.west < east, box.north > south, box.south < north else { return false }
    (firstRow, rows, firstColumn, columns) = (0, rowEdges.count - 1, 0, columnEdges.count - 1)
    let (lowest, leftmost) = (row(max(box.south, south)), column(max(box.west, west)))
    rows = row(min(box.north, north)) - lowest + 1
    columns = column(min(box.east, east)) - leftmost + 1
    (firstRow, firstColumn) = (lowest, leftmost)
    let size = rows * columns
    if rise.count < size {
      rise.deallocate()
      partial.deallocate()
      rise = .allocate(capacity: size)
      partial = .allocate(capacity: size)
    }
    for index in 0..<size {
      rise[index] = 0
      partial[index] = 0
    }
    return true
  }

  /// Adds the edge from one vertex to the next; `weight` -1 takes a ring the other way round.
  @inline(__always)
  func add(_ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double, weight: Double) {
    if y0 == y1 { return }
    // Most edges of a detailed border stay within the cell of the one before.
    if min(x0, x1) >= cellWest, max(x0, x1) <= cellEast, min(y0, y1) >= cellSouth, max(y0, y1) <= cellNorth {
      let down = (y0 - y1) * weight
      rise[cell] += down
      partial[cell] += down * (cellEast - (x0 + x1) * 0.5)
      return
    }
    clip(x0, y0, x1, y1, weight)
  }

  /// The cell of the last edge, by position in the window, and its edges.
  private var cell = 0
  private var cellWest = 1.0
  private var cellEast = -1.0
  private var cellSouth = 1.0
  private var cellNorth = -1.0

  /// Cuts the edge at the rim of the grid. West of it an edge acts on the whole row, east of it on nothing.
  private func clip(_ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double, _ weight: Double) {
    if max(y0, y1) <= south || min(y0, y1) >= north || min(x0, x1) >= east { return }
    var (xa, ya, xb, yb) = (x0, y0, x1, y1)
    if min(y0, y1) < south || max(y0, y1) > north {
      let slope = (x1 - x0) / (y1 - y0)
      if ya < south || ya > north {
        ya = ya < south ? south : north
        xa = x0 + (ya - y0) * slope
      }
      if yb < south || yb > north {
        yb = yb < south ? south : north
        xb = x0 + (yb - y0) * slope
      }
    }
    if max(xa, xb) <= west { return climb(west, ya, west, yb, weight) }
    if min(xa, xb) >= east { return }
    if min(xa, xb) >= west, max(xa, xb) <= east { return climb(xa, ya, xb, yb, weight) }
    let slope = (yb - ya) / (xb - xa)
    let (xs, ys) = (xa, ya)
    func crossing(_ x: Double) -> Double { min(max(ys + (x - xs) * slope, min(ya, yb)), max(ya, yb)) }
    let atWest = crossing(west)
    let atEast = crossing(east)
    if xa < west { climb(west, ya, west, atWest, weight) }
    if xb < west { climb(west, atWest, west, yb, weight) }
    climb(
      min(max(xa, west), east), xa < west ? atWest : xa > east ? atEast : ya,
      min(max(xb, west), east), xb < west ? atWest : xb > east ? atEast : yb, weight)
  }

  /// Goes from row to row.
  private func climb(_ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double, _ weight: Double) {
    if y0 == y1 { return }
    let last = row(y1)
    var current = row(y0)
    let step = last > current ? 1 : -1
    let slope = (x1 - x0) / (y1 - y0)
    var (x, y) = (x0, y0)
    while current != last {
      let edge = rowEdges[step > 0 ? current + 1 : current]
      let crossing = min(max(x0 + (edge - y0) * slope, min(x0, x1)), max(x0, x1))
      walk(x, y, crossing, edge, row: current, weight)
      (x, y) = (crossing, edge)
      current += step
    }
    walk(x, y, x1, y1, row: last, weight)
  }

  /// Goes from column to column within a row.
  private func walk(_ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double, row: Int, _ weight: Double) {
    if y0 == y1 { return }
    let last = column(x1)
    var current = column(x0)
    let base = (row - firstRow) * columns - firstColumn
    if current != last {
      let step = last > current ? 1 : -1
      let slope = (y1 - y0) / (x1 - x0)
      var (x, y) = (x0, y0)
      while current != last {
        let edge = columnEdges[step > 0 ? current + 1 : current]
        let crossing = min(max(y0 + (edge - x0) * slope, min(y0, y1)), max(y0, y1))
        let down = (y - crossing) * weight
        rise[base + current] += down
        partial[base + current] += down * (columnEdges[current + 1] - (x + edge) * 0.5)
        (x, y) = (edge, crossing)
        current += step
      }
      let down = (y - y1) * weight
      rise[base + last] += down
      partial[base + last] += down * (columnEdges[last + 1] - (x + x1) * 0.5)
    } else {
      let down = (y0 - y1) * weight
      rise[base + last] += down
      partial[base + last] += down * (columnEdges[last + 1] - (x0 + x1) * 0.5)
    }
    cell = base + last
    cellWest = columnEdges[last]
    cellEast = columnEdges[last + 1]
    cellSouth = rowEdges[row]
    cellNorth = rowEdges[row + 1]
  }

  /// Hands over each cell with something inside: its ascending row and column, the fraction, and the area in square
  /// degrees.
  func finish(_ emit: (_ row: Int, _ column: Int, _ fraction: Double, _ area: Double) -> Void) {
    for row in 0..<rows {
      let height = rowEdges[firstRow + row + 1] - rowEdges[firstRow + row]
      var carried = 0.0
      for column in 0..<columns {
        let index = row * columns + column
        let width = columnEdges[firstColumn + column + 1] - columnEdges[firstColumn + column]
        if width <= 0 || height <= 0 { continue }
        let size = width * height
        var area = carried * width + partial[index]
        carried += rise[index]
        let fraction = area / size
        // Rounding alone makes a cell that is all inside or outside miss 1 or 0 by about 1e-15.
        if abs(fraction - 1) < 1e-12 {
          area = size
        } else if fraction < 1e-12, partial[index] == 0 || fraction <= 1e-15 {
          continue
        }
        emit(firstRow + row, firstColumn + column, area / size, area)
      }
    }
    cellWest = 1
    cellEast = -1
  }

  // Kept to the window: an interpolated coordinate may miss the box by its last bit.

  private func row(_ y: Double) -> Int {
    let found = GridAxis.locate(y, in: UnsafeBufferPointer(rowEdges), perDegree: rowsPerDegree)
    return min(max(found, firstRow), firstRow + rows - 1)
  }

  private func column(_ x: Double) -> Int {
    let found = GridAxis.locate(x, in: UnsafeBufferPointer(columnEdges), perDegree: columnsPerDegree)
    return min(max(found, firstColumn), firstColumn + columns - 1)
  }
}
