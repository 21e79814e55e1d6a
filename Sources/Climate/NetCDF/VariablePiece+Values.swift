/// Reading the values of a field.
extension VariablePiece {
  /// The values of some of its times as times x rows x columns, unpacked, NaN where there is none; and which version
  /// each time has.
  func read(_ range: Range<Int>, threads: Int = 1) throws -> (values: FieldValues, versions: [DataVersion]) {
    guard let position = layout.version else {
      return (try block(range, version: nil, threads: threads), Array(versions[range]))
    }
    // One slice for each version, filled where the other has the value. Where both have one, the final one counts.
    let labels = try versionLabels().enumerated().sorted {
      $0.element == .final && $1.element != .final
        || ($0.element == .final) == ($1.element == .final) && $0.offset < $1.offset
    }
    var merged: [Double] = []
    var found: [DataVersion] = Array(repeating: .unknown, count: range.count)
    for (slice, label) in labels where slice < variable.dimensions[position].length {
      let values = try block(range, version: slice, threads: 1).doubles
      if merged.isEmpty { merged = [Double](repeating: .nan, count: values.count) }
      let size = grid.cellCount
      for time in 0..<range.count {
        var used = false
        for cell in time * size..<(time + 1) * size where merged[cell].isNaN && !values[cell].isNaN {
          merged[cell] = values[cell]
          used = true
        }
        if used { found[time] = found[time] == .unknown ? label : found[time].combined(with: label) }
      }
    }
    return (.doubles(merged), found)
  }

  private func versionLabels() throws -> [DataVersion] {
    guard let position = layout.version else { return [] }
    let length = variable.dimensions[position].length
    guard let expver = file.variable("expver"), expver.count == length else {
      return Array(repeating: .unknown, count: length)
    }
    if expver.type == .string || expver.type == .text {
      return try file.texts(expver).map(DataVersion.init(expver:))
    }
    return try file.doubles(expver).map { DataVersion(expver: DataVersion.text($0)) }
  }

  private func block(_ range: Range<Int>, version: Int?, threads: Int) throws -> FieldValues {
    var start = variable.dimensions.map { _ in 0 }
    var count = variable.dimensions.map(\.length)
    if let position = layout.time {
      start[position] = range.lowerBound
      count[position] = range.count
    }
    if let position = layout.version, let version {
      start[position] = version
      count[position] = 1
    }
    let packing = Packing(variable)
    if variable.type == .float, packing.isPlain {
      if isInOrder,
        let values = try file.blocks(
          variable, times: range, marks: packing.floatMarks, threads: threads)
      {
        return .blocks(values)
      }
      var values = try file.floats(variable, start: start, count: count)
      packing.clear(&values)
      return .floats(arranged(values, shape: count))
    }
    var values = try file.doubles(variable, start: start, count: count)
    packing.unpack(&values)
    return .doubles(arranged(values, shape: count))
  }

  /// Whether its dimensions are time, latitude, longitude, or the last two alone.
  private var isInOrder: Bool {
    layout.time == nil
      ? variable.dimensions.count == 2 && layout.row == 0 && layout.column == 1
      : variable.dimensions.count == 3 && layout.time == 0 && layout.row == 1 && layout.column == 2
  }

  /// Brings values of any order of dimensions into times x rows x columns.
  private func arranged<Number>(_ values: [Number], shape: [Int]) -> [Number] {
    var strides = [Int](repeating: 1, count: shape.count)
    for position in shape.indices.dropLast().reversed() {
      strides[position] = strides[position + 1] * shape[position + 1]
    }
    let columns = shape[layout.column]
    let rows = shape[layout.row]
    let times = layout.time.map { shape[$0] } ?? 1
    let timeStride = layout.time.map { strides[$0] } ?? 0
    if strides[layout.column] == 1, strides[layout.row] == columns, times == 1 || timeStride == rows * columns
    {
      return values
    }
    var result: [Number] = []
    result.reserveCapacity(values.count)
    for time in 0..<times {
      for row in 0..<rows {
        for column in 0..<columns {
          result.append(
            values[time * timeStride + row * strides[layout.row] + column * strides[layout.column]])
        }
      }
    }
    return result
  }
}
