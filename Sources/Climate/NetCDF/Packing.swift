internal import CNetCDF

/// How the numbers of a variable stand for values: `scale_factor`, `add_offset`, and the marks for "no value".
struct Packing: Sendable {
  let scale: Double
  let offset: Double
  /// Stored numbers that mean "no value".
  let marks: [Double]

  init(_ variable: NetCDFVariable) {
    scale = variable.number("scale_factor") ?? 1
    offset = variable.number("add_offset") ?? 0
    var marks = ["_FillValue", "missing_value"].compactMap { variable.number($0) }.filter { !$0.isNaN }
    if variable.attributes["_FillValue"] == nil {
      // What the library writes where nothing was written.
      switch variable.type {
      case .float: marks.append(Double(Float(NC_FILL_DOUBLE)))
      case .double: marks.append(NC_FILL_DOUBLE)
      default: break
      }
    }
    self.marks = marks
  }

  /// Whether values are stored as they are.
  var isPlain: Bool { scale == 1 && offset == 0 }

  /// Sets what means "no value" to NaN.
  func clear(_ values: inout [Float]) {
    let marks = marks.map { Float($0) }
    guard !marks.isEmpty else { return }
    for index in values.indices where marks.contains(values[index]) { values[index] = .nan }
  }

  func unpack(_ values: inout [Double]) {
    for index in values.indices {
      values[index] = marks.contains(values[index]) ? .nan : values[index] * scale + offset
    }
  }
}
