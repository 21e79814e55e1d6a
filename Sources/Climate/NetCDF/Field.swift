internal import Essentials
public import FoundationEssentials

/// The values of one variable on its grid at its times, unpacked, in the variable's own unit.
public struct Field: Sendable {
  public let grid: Grid
  public let times: [Date]
  /// One for each time.
  public let versions: [DataVersion]
  package let values: FieldValues

  package init(grid: Grid, times: [Date], versions: [DataVersion], values: FieldValues) {
    self.grid = grid
    self.times = times
    self.versions = versions
    self.values = values
  }

  /// A field of one's own.
  ///
  /// - Parameter values: times x rows x columns, NaN where there is none.
  public init(grid: Grid, times: [Date], versions: [DataVersion]? = nil, values: [Double]) throws {
    guard values.count == times.count * grid.cellCount, versions.map({ $0.count == times.count }) ?? true
    else {
      throw ClimateFailure(
        "a field of \(times.count) times on \(grid.cellCount) cells cannot have \(values.count) values",
        kind: .fault)
    }
    self.init(
      grid: grid, times: times, versions: versions ?? times.map { _ in .unknown }, values: .doubles(values))
  }

  /// The value of a cell at a time; NaN where there is none.
  public subscript(time time: Int, row row: Int, column column: Int) -> Double {
    let index = (time * grid.rowCount + row) * grid.columnCount + column
    switch values {
    case .floats(let values): return Double(values[index])
    case .doubles(let values): return values[index]
    case .blocks(let values): return values[time, row, column]
    }
  }
}

/// Numbers as precise as they are stored.
package enum FieldValues: Sendable {
  case floats([Float])
  case doubles([Double])
  case blocks(BlockValues)

  /// The same as doubles in plain order.
  var doubles: [Double] {
    switch self {
    case .floats(let values): values.map(Double.init)
    case .doubles(let values): values
    case .blocks(let values): values.floats().map(Double.init)
    }
  }
}

extension Field {
  /// Hands over the values of one time, rows x columns, as doubles.
  ///
  /// - Parameter scratch: room that is used again from call to call.
  package func withPlane<Result>(
    _ time: Int, scratch: inout PlaneScratch, _ body: (UnsafeBufferPointer<Double>) throws -> Result
  ) rethrows -> Result {
    let size = grid.cellCount
    switch values {
    case .doubles(let values):
      return try values.withUnsafeBufferPointer {
        try body(UnsafeBufferPointer(rebasing: $0[time * size..<(time + 1) * size]))
      }
    case .floats(let values):
      scratch.resize(size)
      values.withUnsafeBufferPointer { source in
        for cell in 0..<size { scratch.doubles[cell] = Double(source[time * size + cell]) }
      }
    case .blocks(let values):
      scratch.resize(size)
      scratch.floats.withUnsafeMutableBufferPointer { values.copyPlane(time, into: $0) }
      for cell in 0..<size { scratch.doubles[cell] = Double(scratch.floats[cell]) }
    }
    return try scratch.doubles.withUnsafeBufferPointer(body)
  }
}

extension Field {
  /// Eight times side by side for each cell. Where they are fewer, the first stands in the other places as well.
  package func withPlanes<Result>(
    _ times: Range<Int>, scratch: inout PlaneScratch,
    _ body: (UnsafeBufferPointer<SIMD8<Double>>) throws -> Result
  ) rethrows -> Result {
    let size = grid.cellCount
    if scratch.lanes.count != size { scratch.lanes = [SIMD8<Double>](repeating: SIMD8(), count: size) }
    let place = { (lane: Int) in lane < times.count ? lane : 0 }
    switch values {
    case .doubles(let values):
      values.withUnsafeBufferPointer { source in
        Self.interleave(size, &scratch.lanes) {
          source.baseAddress! + (times.lowerBound + place($0)) * size
        } convert: {
          $0
        }
      }
    case .floats(let values):
      values.withUnsafeBufferPointer { source in
        Self.interleave(size, &scratch.lanes) {
          source.baseAddress! + (times.lowerBound + place($0)) * size
        } convert: {
          SIMD8<Double>($0)
        }
      }
    case .blocks(let values):
      if scratch.eight.count != size * 8 { scratch.eight = [Float](repeating: 0, count: size * 8) }
      scratch.eight.withUnsafeMutableBufferPointer { planes in
        for (lane, time) in times.enumerated() {
          values.copyPlane(
            time, into: UnsafeMutableBufferPointer(rebasing: planes[lane * size..<(lane + 1) * size]))
        }
        Self.interleave(size, &scratch.lanes) {
          UnsafePointer(planes.baseAddress! + place($0) * size)
        } convert: {
          SIMD8<Double>($0)
        }
      }
    }
    return try scratch.lanes.withUnsafeBufferPointer(body)
  }

  /// Eight planes into one of eight lanes: all are read side by side, so that each cell is written once.
  @inline(__always)
  private static func interleave<Number: SIMDScalar>(
    _ size: Int, _ lanes: inout [SIMD8<Double>], _ plane: (Int) -> UnsafePointer<Number>,
    convert: (SIMD8<Number>) -> SIMD8<Double>
  ) {
    let (a, b, c, d) = (plane(0), plane(1), plane(2), plane(3))
    let (e, f, g, h) = (plane(4), plane(5), plane(6), plane(7))
    lanes.withUnsafeMutableBufferPointer { lanes in
      for cell in 0..<size {
        lanes[cell] = convert(
          SIMD8(a[cell], b[cell], c[cell], d[cell], e[cell], f[cell], g[cell], h[cell]))
      }
    }
  }
}

/// Room for the planes that one thread looks at.
package struct PlaneScratch {
  var floats: [Float] = []
  var doubles: [Double] = []
  var eight: [Float] = []
  var lanes: [SIMD8<Double>] = []

  package init() {}

  mutating func resize(_ count: Int) {
    guard doubles.count != count else { return }
    floats = [Float](repeating: 0, count: count)
    doubles = [Double](repeating: 0, count: count)
  }
}
