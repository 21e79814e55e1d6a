/// A variable of a climate file that lies on a grid but cannot be used, and why: that is told when it is asked for, and
/// is no reason to refuse the others.
package struct UnusableVariable: Sendable {
  package let name: String
  let standardName: String?
  let longName: String?
  package let failure: any Error

  init(_ variable: NetCDFVariable, _ failure: any Error) {
    name = variable.name
    standardName = variable.standardName
    longName = variable.text("long_name")
    self.failure = failure
  }
}

extension NetCDFVariable {
  /// GRIB files that were converted say `unknown` where there is none.
  var standardName: String? { text("standard_name").flatMap { $0 == "unknown" ? nil : $0 } }
}
