/// A named length of a NetCDF file.
package struct NetCDFDimension: Sendable, Hashable {
  package let name: String
  package let length: Int
}

/// A text or a list of numbers that a NetCDF file says of a variable.
package enum NetCDFAttribute: Sendable, Hashable {
  case text(String)
  case numbers([Double], type: NetCDFType)

  package var text: String? {
    guard case .text(let value) = self else { return nil }
    return value
  }

  package var numbers: [Double] {
    guard case .numbers(let values, _) = self else { return [] }
    return values
  }

  /// How its numbers are stored.
  package var type: NetCDFType? {
    guard case .numbers(_, let type) = self else { return nil }
    return type
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

  /// Greater where numbers are finer: whole numbers, floats, doubles.
  var precision: Int { self == .double ? 2 : self == .float ? 1 : 0 }
}

/// A variable as the header of a NetCDF file describes it.
package struct NetCDFVariable: Sendable {
  package let id: Int32
  package let name: String
  package let type: NetCDFType
  /// Whether its whole numbers have no sign.
  package let isUnsigned: Bool
  package let dimensions: [NetCDFDimension]
  package let attributes: [String: NetCDFAttribute]
  /// The number that stands where nothing was written and the file does not say which it is; bytes have none.
  package let defaultFill: Double?

  /// How many values it has; the greatest number there is where a damaged header says more than that.
  package var count: Int {
    dimensions.reduce(1) {
      let (product, overflow) = $0.multipliedReportingOverflow(by: $1.length)
      return overflow ? .max : product
    }
  }
  package func text(_ attribute: String) -> String? { attributes[attribute]?.text }
  package func number(_ attribute: String) -> Double? { attributes[attribute]?.numbers.first }
  package func numbers(_ attribute: String) -> [Double] { attributes[attribute]?.numbers ?? [] }
  package func dimension(_ name: String) -> Int? { dimensions.firstIndex { $0.name == name } }
}
