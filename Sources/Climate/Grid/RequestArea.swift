internal import Glibc

/// The `area` of a request to the Climate Data Store: [North, West, South, East] in degrees.
///
/// Requests that are not aligned to the lattice of 0.1 degrees come back interpolated onto a shifted grid, and short of
/// cells at two of their sides. So an area is widened outward to multiples of 0.1, and by one cell more.
public struct RequestArea: Sendable, Hashable {
  public let north: Double
  public let west: Double
  public let south: Double
  public let east: Double

  package init(north: Double, west: Double, south: Double, east: Double) {
    self.north = north
    self.west = west
    self.south = south
    self.east = east
  }

  /// The numbers in the order of the request, with one decimal: `["10.2", "-13.5", "6.8", "-10.1"]`.
  public var decimals: [String] { [north, west, south, east].map(Self.decimal) }

  /// The same as numbers, each the double nearest to its decimal.
  public var values: [Double] { [north, west, south, east] }

  /// The areas that cover all shapes: one, or two where the smallest one would cross the antimeridian. Refused shapes
  /// are left out; none gives none.
  public static func covering(_ shapes: [Shape]) -> [RequestArea] {
    covering(boxes: shapes.flatMap(\.boxes))
  }

  /// The areas that cover all boxes.
  public static func covering(boxes: [BoundingBox]) -> [RequestArea] {
    guard let south = boxes.map(\.south).min(), let north = boxes.map(\.north).max() else { return [] }
    let top = min(900, tenthsUp(north) + 1)
    let bottom = max(-900, tenthsDown(south) - 1)
    return ranges(boxes).map { west, east in
      RequestArea(
        north: Double(top) / 10, west: Double(west) / 10, south: Double(bottom) / 10, east: Double(east) / 10)
    }
  }

  /// The ranges of longitudes in tenths, within -1800...1800: the complement of the widest gap around the globe.
  private static func ranges(_ boxes: [BoundingBox]) -> [(Int, Int)] {
    var spans: [(west: Int, east: Int)] = boxes.map { box in
      let west = tenthsDown(box.west) - 1
      let east = tenthsUp(box.east) + 1
      let turns = Int((Double(west) / 3600).rounded(.down)) * 3600
      return (west - turns, east - turns)
    }
    spans.sort { $0.west < $1.west }
    // Walk eastward around the circle, keeping the widest stretch that no span covers.
    var reach = spans[0].east
    var best = (width: 0, start: 0, end: 0)
    for span in spans.dropFirst() {
      if span.west - reach > best.width { best = (span.west - reach, reach, span.west) }
      reach = max(reach, span.east)
    }
    let last = spans[0].west + 3600 - reach
    if last <= 0, best.width == 0 { return [(-1800, 1800)] }
    var (west, east) = last >= best.width ? (spans[0].west, reach) : (best.end, best.start + 3600)
    // Bring the west end into -1800..<1800.
    while west >= 1800 { (west, east) = (west - 3600, east - 3600) }
    if last <= 0, best.width == 0 || east - west >= 3600 { return [(-1800, 1800)] }
    return east <= 1800 ? [(west, east)] : [(west, 1800), (-1800, east - 3600)]
  }

  /// Multiples of 0.1 that are written as decimals miss themselves by rounding: 1e-9 of a tenth is none.
  private static func tenthsUp(_ degrees: Double) -> Int { Int((degrees * 10 - 1e-9).rounded(.up)) }
  private static func tenthsDown(_ degrees: Double) -> Int { Int((degrees * 10 + 1e-9).rounded(.down)) }

  private static func decimal(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
  }
}
