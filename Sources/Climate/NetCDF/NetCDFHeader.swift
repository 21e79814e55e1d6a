/// A named length of a NetCDF file.
package struct NetCDFDimension: Sendable, Hashable {
  package let name: String
  package let length: Int
}

/// A text or a list of numbers that a NetCDF file says of a variable.
package enum NetCDFAttribute: Sendable, Hashable {
  case text(String)
  case numbers([Double])

  package var text: String? {
    guard case .text(let value) = self else { return nil }
    return value
  }

  package var number: Double? {
    guard case .numbers(let values) = self else { return nil }
    return values.first
  }
}

/// How the values of a variable are stored.
package enum NetCDFType: Sendable, Hashable {
  /// Whole numbers of one to four bytes, which may be packed.
  case integer
  /// Whole numbers of eight bytes.
  case wide
  case float
  case double
  case text
  case string
  case other
}

/// A variable as the header of a NetCDF file describes it.
package struct NetCDFVariable: Sendable {
  package let id: Int32
  package let name: String
  package let type: NetCDFType
  package let dimensions: [NetCDFDimension]
  package let attributes: [String: NetCDFAttribute]

  package var count: Int { dimensions.reduce(1) { $0 * $1.length } }
  package func text(_ attribute: String) -> String? { attributes[attribute]?.text }
  package func number(_ attribute: String) -> Double? { attributes[attribute]?.number }
  package func dimension(_ name: String) -> Int? { dimensions.firstIndex { $0.name == name } }
}
