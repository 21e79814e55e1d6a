/// Which dimension of a variable means what, found by names, standard names and units, never by position.
package struct VariableLayout: Sendable {
  /// Positions in the variable's list of dimensions.
  package let row: Int
  package let column: Int
  package let time: Int?
  package let version: Int?

  /// Nil for variables that are no fields on a grid.
  package init?(_ variable: NetCDFVariable, in file: NetCDFFile) throws {
    var row: Int?
    var column: Int?
    var time: Int?
    var version: Int?
    for (position, dimension) in variable.dimensions.enumerated() {
      switch CoordinateRole(dimension: dimension, in: file) {
      case .latitude: row = position
      case .longitude: column = position
      case .time where time == nil || dimension.length > 1: time = position
      case .version: version = position
      case .time, nil: continue
      }
    }
    guard let row, let column, variable.dimensions.count >= 2, variable.type != .text,
      variable.type != .string
    else { return nil }
    let known = [row, column, time, version]
    for (position, dimension) in variable.dimensions.enumerated() where !known.contains(position) {
      if time == nil, let coordinate = file.variable(dimension.name),
        let refusal = CFTime.refusal(of: coordinate, in: file)
      {
        throw refusal
      }
      if dimension.length == 1 { continue }
      throw ClimateFailure(
        "\(variable.name) of \(file.name) has a dimension \(dimension.name) of length \(dimension.length), which is neither time, latitude, longitude nor expver",
        remedy: "Request one level and one member only.")
    }
    self.row = row
    self.column = column
    self.time = time
    self.version = version
  }
}

/// What a coordinate means.
package enum CoordinateRole: Sendable {
  case latitude, longitude, time, version

  init?(dimension: NetCDFDimension, in file: NetCDFFile) {
    if dimension.name == "expver" {
      self = .version
      return
    }
    guard let variable = file.variable(dimension.name), let role = CoordinateRole(variable) else {
      return nil
    }
    self = role
  }

  init?(_ variable: NetCDFVariable) {
    let standard = variable.text("standard_name")
    let units = variable.text("units") ?? ""
    if standard == "latitude" || ["degrees_north", "degree_north", "degrees_N"].contains(units) {
      self = .latitude
    } else if standard == "longitude" || ["degrees_east", "degree_east", "degrees_E"].contains(units) {
      self = .longitude
    } else if CFTime(units) != nil {
      self = .time
    } else if variable.name == "latitude" || variable.name == "lat" {
      self = .latitude
    } else if variable.name == "longitude" || variable.name == "lon" {
      self = .longitude
    } else {
      return nil
    }
  }
}
