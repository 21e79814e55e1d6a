import Foundation

/// A small climate file in the classic format of NetCDF, written byte by byte: 4 x 4 cells of an eighth of a degree, whose
/// edges are exact, north of the equator and east of Greenwich; two hours; temperatures in kelvin.
struct ClassicGrid {
  /// Time, row, column.
  var values: [Float]

  /// 100 x time + 4 x row + column, but for the cells named here.
  init(_ others: [(time: Int, row: Int, column: Int, value: Float)] = []) {
    values = (0..<32).map { Float($0 / 16 * 100 + $0 % 16) }
    for other in others { values[other.time * 16 + other.row * 4 + other.column] = other.value }
  }

  private struct Variable {
    let name: String
    let dimensions: [Int]
    let units: String
    /// As the format numbers them: 4 is an integer, 5 a float, 6 a double.
    let type: Int
    let content: Data
  }

  func data() -> Data {
    let latitudes = [0.4375, 0.3125, 0.1875, 0.0625]
    let variables = [
      Variable(
        name: "valid_time", dimensions: [0], units: "seconds since 1970-01-01", type: 4,
        content: Self.number(1_704_067_200) + Self.number(1_704_070_800)),
      Variable(
        name: "latitude", dimensions: [1], units: "degrees_north", type: 6, content: Self.doubles(latitudes)),
      Variable(
        name: "longitude", dimensions: [2], units: "degrees_east", type: 6,
        content: Self.doubles(latitudes.reversed())),
      Variable(
        name: "t2m", dimensions: [0, 1, 2], units: "K", type: 5,
        content: values.reduce(Data()) { $0 + Self.bytes($1.bitPattern) }),
    ]
    // The header has the same length whatever the addresses in it are.
    let length = header(variables, addresses: variables.map { _ in 0 }).count
    var addresses: [Int] = []
    var end = length
    for variable in variables {
      addresses.append(end)
      end += variable.content.count
    }
    return variables.reduce(header(variables, addresses: addresses)) { $0 + $1.content }
  }

  private func header(_ variables: [Variable], addresses: [Int]) -> Data {
    var data = Data("CDF".utf8) + Data([1]) + Self.number(0)
    data += Self.number(10) + Self.number(3)
    for (name, size) in [("valid_time", 2), ("latitude", 4), ("longitude", 4)] {
      data += Self.text(name) + Self.number(size)
    }
    // No attributes of the file.
    data += Self.number(0) + Self.number(0)
    data += Self.number(11) + Self.number(variables.count)
    for (variable, address) in zip(variables, addresses) {
      data += Self.text(variable.name) + Self.number(variable.dimensions.count)
      for dimension in variable.dimensions { data += Self.number(dimension) }
      data +=
        Self.number(12) + Self.number(1) + Self.text("units") + Self.number(2) + Self.text(variable.units)
      data += Self.number(variable.type) + Self.number(variable.content.count) + Self.number(address)
    }
    return data
  }

  private static func bytes<Number: FixedWidthInteger>(_ number: Number) -> Data {
    withUnsafeBytes(of: number.bigEndian) { Data($0) }
  }

  private static func number(_ value: Int) -> Data { bytes(Int32(value)) }

  private static func doubles(_ values: [Double]) -> Data {
    values.reduce(Data()) { $0 + bytes($1.bitPattern) }
  }

  /// Its length, and its bytes up to a multiple of four.
  private static func text(_ text: String) -> Data {
    let bytes = Data(text.utf8)
    return number(bytes.count) + bytes + Data(count: (4 - bytes.count % 4) % 4)
  }
}
