import Climate
import FoundationEssentials
import JSON

enum TestGrids {
  /// 4 x 4 cells of one degree; the edges are 0...4 N and 0...4 E, the first row is the northernmost.
  static func unit(_ size: Int = 4) throws -> Grid {
    let centres = (0..<size).map { Double($0) + 0.5 }
    return try Grid(latitudes: centres.reversed(), longitudes: centres)
  }

  /// A field of one time whose values are made from latitude and longitude.
  static func field(_ grid: Grid, _ value: (Double, Double) -> Double) throws -> Field {
    let values = grid.latitudes.flatMap { latitude in grid.longitudes.map { value(latitude, $0) } }
    return try Field(grid: grid, times: [Date(timeIntervalSince1970: 0)], values: values)
  }
}

extension Shape {
  /// A polygon of rings, or several, as GeoJSON writes them.
  static func polygon(_ rings: [[[Double]]]) -> Shape {
    Shape(geoJSON: ["type": "Polygon", "coordinates": numbers(rings)])
  }

  static func multi(_ parts: [[[[Double]]]]) -> Shape {
    Shape(geoJSON: ["type": "MultiPolygon", "coordinates": .array(parts.map(numbers))])
  }

  /// A rectangle.
  static func box(_ west: Double, _ south: Double, _ east: Double, _ north: Double) -> Shape {
    polygon([rectangle(west, south, east, north)])
  }

  static func rectangle(_ west: Double, _ south: Double, _ east: Double, _ north: Double) -> [[Double]] {
    [[west, south], [east, south], [east, north], [west, north], [west, south]]
  }

  private static func numbers(_ rings: [[[Double]]]) -> JSONValue {
    .array(rings.map { .array($0.map { .array($0.map { .number($0) }) }) })
  }
}

extension Grid {
  /// The covered fractions of one shape, row by row.
  func matrix(_ shape: Shape) -> [[Double]] {
    var matrix = latitudes.map { _ in longitudes.map { _ in 0.0 } }
    let weights = ZonalWeights(grid: self, zones: [Zone(id: "a", shape: shape)])
    for cell in weights.coverage(ofZone: 0) { matrix[cell.row][cell.column] = cell.fraction }
    return matrix
  }
}

/// Whether all numbers of two matrices agree.
func agree(_ left: [[Double]], _ right: [[Double]], within tolerance: Double = 1e-12) -> Bool {
  left.count == right.count
    && zip(left, right).allSatisfy { a, b in
      a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
    }
}

/// Numbers that are the same in every run (splitmix64).
struct SteadyRandom: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}
