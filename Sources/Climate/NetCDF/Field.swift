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
  /// Eight times, or fewer at the end, side by side for each cell: NaN where there is no such time.
  package func withPlanes<Result>(
    _ times: Range<Int>, scratch: inout PlaneScratch,
    _ body: (UnsafeBufferPointer<SIMD8<Double>>) throws -> Result
  ) rethrows -> Result {
    let size = grid.cellCount
    scratch.resize(size)
    if scratch.lanes.count != size {
      scratch.lanes = [SIMD8<Double>](repeating: SIMD8(repeating: .nan), count: size)
    }
    scratch.lanes.withUnsafeMutableBytes { lanes in
      let lanes = lanes.bindMemory(to: Double.self)
      for lane in 0..<8 {
        guard lane < times.count else {
          for cell in 0..<size { lanes[cell * 8 + lane] = .nan }
          continue
        }
        let time = times.lowerBound + lane
        switch values {
        case .doubles(let values):
          values.withUnsafeBufferPointer { source in
            for cell in 0..<size { lanes[cell * 8 + lane] = source[time * size + cell] }
          }
        case .floats(let values):
          values.withUnsafeBufferPointer { source in
            for cell in 0..<size { lanes[cell * 8 + lane] = Double(source[time * size + cell]) }
          }
        case .blocks(let values):
          scratch.floats.withUnsafeMutableBufferPointer { plane in
            values.copyPlane(time, into: plane)
            for cell in 0..<size { lanes[cell * 8 + lane] = Double(plane[cell]) }
          }
        }
      }
    }
    return try scratch.lanes.withUnsafeBufferPointer(body)
  }
}

/// Room for one plane.
package struct PlaneScratch {
  var floats: [Float] = []
  var doubles: [Double] = []
  var lanes: [SIMD8<Double>] = []

  package init() {}

  mutating func resize(_ count: Int) {
    guard doubles.count != count else { return }
    floats = [Float](repeating: 0, count: count)
    doubles = [Double](repeating: 0, count: count)
  }
}
