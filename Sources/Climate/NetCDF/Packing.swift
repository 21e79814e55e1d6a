/// How the numbers of a variable stand for values: `scale_factor`, `add_offset`, and the marks for "no value".
struct Packing: Sendable {
  let scale: Double
  let offset: Double
  /// Stored numbers that mean "no value".
  let marks: ValueMarks<Double>
  /// The least and the greatest value, where the file gives them for values and not for stored numbers.
  private let valueLimits: ClosedRange<Double>?

  init(_ variable: NetCDFVariable) {
    scale = variable.number("scale_factor") ?? 1
    offset = variable.number("add_offset") ?? 0
    // A mark may be written with more digits than the numbers have that it is to be found among.
    let stored = { (number: Double) in variable.type == .float ? Double(Float(number)) : number }
    var numbers = ["_FillValue", "missing_value"].flatMap { variable.numbers($0) }.filter { !$0.isNaN }
    // What the library writes where nothing was written.
    if variable.attributes["_FillValue"] == nil, let fill = variable.defaultFill { numbers.append(fill) }
    let limits = Self.limits(variable)
    let areOfValues = (scale != 1 || offset != 0) && Self.areOfValues(variable)
    marks = ValueMarks(
      numbers: numbers.map(stored),
      limits: areOfValues ? nil : limits.map { stored($0.lowerBound)...stored($0.upperBound) })
    valueLimits = areOfValues ? limits : nil
  }

  /// `valid_range`, or `valid_min` and `valid_max`.
  private static func limits(_ variable: NetCDFVariable) -> ClosedRange<Double>? {
    let range = variable.numbers("valid_range")
    let least = (range.count == 2 ? range[0] : variable.number("valid_min")) ?? -.infinity
    let most = (range.count == 2 ? range[1] : variable.number("valid_max")) ?? .infinity
    return least <= most ? least...most : nil
  }

  /// By the NetCDF User's Guide (Attribute Conventions), limits are of values, not of stored numbers, where they have
  /// the type of `scale_factor` or `add_offset`, the wider one, and that is wider than what is stored.
  private static func areOfValues(_ variable: NetCDFVariable) -> Bool {
    let type = { (names: [String]) in names.compactMap { variable.attributes[$0]?.type?.precision }.max() }
    guard let packing = type(["scale_factor", "add_offset"]),
      let limits = type(["valid_range", "valid_min", "valid_max"])
    else { return false }
    return limits == packing && limits > variable.type.precision
  }

  /// Whether values are stored as they are.
  var isPlain: Bool { scale == 1 && offset == 0 }

  /// The marks among numbers that are stored as floats.
  var floatMarks: ValueMarks<Float> {
    ValueMarks(
      numbers: marks.numbers.map { Float($0) },
      limits: Float(marks.limits.lowerBound)...Float(marks.limits.upperBound))
  }

  /// Sets what means "no value" to NaN.
  func clear(_ values: inout [Float]) {
    let marks = floatMarks
    guard !marks.isEmpty else { return }
    for index in values.indices where marks.contains(values[index]) { values[index] = .nan }
  }

  func unpack(_ values: inout [Double]) {
    for index in values.indices {
      values[index] = marks.contains(values[index]) ? .nan : values[index] * scale + offset
    }
    guard let valueLimits else { return }
    for index in values.indices where !valueLimits.contains(values[index]) { values[index] = .nan }
  }
}
