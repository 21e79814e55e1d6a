internal import Glibc
internal import Synchronization

/// The cells around a place, nearest first.
enum NearestCells {
  /// Cells whose centres lie within the distance on a great circle, in degrees; of equally near ones the northern
  /// comes first, then the western.
  static func around(_ point: Point, within limit: Double, on grid: Grid) -> [Int32] {
    var found: [(distance: Double, latitude: Double, offset: Double, cell: Int32)] = []
    for (row, latitude) in grid.latitudes.enumerated() where abs(latitude - point.latitude) <= limit + 1e-9 {
      for (column, longitude) in grid.longitudes.enumerated() {
        let offset = longitude - point.longitude
        let eastward = offset - (offset / 360).rounded() * 360
        let distance = degrees(from: point.latitude, to: latitude, eastward: eastward)
        guard distance <= limit + 1e-9 else { continue }
        // Equally near is what rounding alone tells apart.
        found.append(
          ((distance * 1e9).rounded(), latitude, eastward, Int32(row * grid.columnCount + column)))
      }
    }
    found.sort {
      ($0.distance, -$0.latitude, $0.offset, $0.cell) < ($1.distance, -$1.latitude, $1.offset, $1.cell)
    }
    return found.map(\.cell)
  }

  /// The distance on a great circle, in degrees, by the haversine formula.
  static func degrees(from latitude: Double, to other: Double, eastward: Double) -> Double {
    let radians = Double.pi / 180
    let north = sin((other - latitude) * radians / 2)
    let east = sin(eastward * radians / 2)
    let half = north * north + cos(latitude * radians) * cos(other * radians) * east * east
    return 2 * asin(min(1, half.squareRoot())) / radians
  }
}

/// The cells around zones, looked up once for all steps and threads.
final class NearestMemory: Sendable {
  private struct Key: Hashable {
    let zone: Int
    let limit: Double
  }

  private let known = Mutex<[Key: [Int32]]>([:])

  func cells(ofZone zone: Int, _ point: Point, within limit: Double, on grid: Grid) -> [Int32] {
    let key = Key(zone: zone, limit: limit)
    if let cells = known.withLock({ $0[key] }) { return cells }
    let cells = NearestCells.around(point, within: limit, on: grid)
    known.withLock { $0[key] = cells }
    return cells
  }
}
