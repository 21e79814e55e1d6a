/// Finding when a field of a file has values, and in which version.
extension VariablePiece {
  /// The moments of a variable, in the order of the file; empty where the file says none.
  static func times(
    of variable: NetCDFVariable, _ layout: VariableLayout, in file: NetCDFFile
  ) throws -> [Int] {
    if let position = layout.time, variable.dimensions[position].length == 0 {
      throw ClimateFailure(
        "\(variable.name) of \(file.name) has no times",
        remedy: "What was asked for may not be available yet: ask for earlier dates.")
    }
    guard let source = try clock(of: variable, layout, in: file) else { return [] }
    guard let calendar = CFCalendar(name: source.text("calendar")) else {
      throw ClimateFailure(
        "\(file.name) counts its times in the calendar \(source.text("calendar") ?? ""), which is not supported"
      )
    }
    guard let unit = CFTime(source.text("units") ?? "", calendar: calendar) else {
      throw CFTime.refusal(of: source, in: file)
        ?? ClimateFailure("\(source.name) of \(file.name) has no unit of time")
    }
    let values = try file.coordinates(source)
    if let wrong = values.first(where: { !$0.isFinite || abs($0 * unit.unit) > 1e12 }) {
      throw ClimateFailure("\(source.name) of \(file.name) has a value that is no time: \(wrong)")
    }
    return values.map(unit.epochSeconds)
  }

  /// The coordinate that says the moments of a variable.
  ///
  /// Forecasts are counted by when they began; then when they are valid stands beside, and that counts.
  private static func clock(
    of variable: NetCDFVariable, _ layout: VariableLayout, in file: NetCDFFile
  ) throws -> NetCDFVariable? {
    let candidates = file.variables.filter { CFTime($0.text("units") ?? "") != nil }
    guard let position = layout.time else {
      let scalars = candidates.filter { $0.count == 1 }
      let found = moment(scalars) ?? scalars.first { $0.name == "time" }
      if found == nil,
        let refusal = file.variables.filter({ $0.count == 1 && ["valid_time", "time"].contains($0.name) })
          .compactMap({ CFTime.refusal(of: $0, in: file) }).first
      {
        throw refusal
      }
      return found
    }
    let dimension = variable.dimensions[position]
    let own = file.variable(dimension.name)
    if own?.text("standard_name") == "time" || dimension.name == "valid_time" { return own }
    return moment(
      candidates.filter {
        $0.count == dimension.length && (dimension.length == 1 || $0.dimensions.contains(dimension))
      }) ?? own
  }

  private static func moment(_ candidates: [NetCDFVariable]) -> NetCDFVariable? {
    candidates.first { $0.text("standard_name") == "time" } ?? candidates.first { $0.name == "valid_time" }
  }

  static func versions(
    of variable: NetCDFVariable, _ layout: VariableLayout, count: Int, in file: NetCDFFile
  ) throws -> [DataVersion] {
    let unknown = Array(repeating: DataVersion.unknown, count: count)
    // As a dimension, what is final is known only from which slice has values.
    guard layout.version == nil, let expver = file.variable("expver") else { return unknown }
    let texts: [String]
    if expver.type == .string || expver.type == .text {
      texts = try file.texts(expver)
    } else {
      texts = try file.doubles(expver).map(DataVersion.text)
    }
    if texts.count == 1 { return Array(repeating: DataVersion(expver: texts[0]), count: count) }
    // Beside variables with times there may be others, of which the versions of these times say nothing.
    guard let position = layout.time, expver.dimensions.contains(variable.dimensions[position]),
      texts.count == count
    else { return unknown }
    return texts.map(DataVersion.init(expver:))
  }
}
