/// The parts of a number by the grammar of RFC 8259 section 6, each named by what was read last.
enum NumberPart: Sendable {
  case start, minus, zero, whole, point, fraction, exponent, exponentSign, exponentDigits

  /// Whether the number may end here.
  var mayEnd: Bool {
    switch self {
    case .zero, .whole, .fraction, .exponentDigits: true
    case .start, .minus, .point, .exponent, .exponentSign: false
    }
  }

  /// The part that a byte leads to; nil where it does not belong to the number.
  func after(_ byte: UInt8) -> NumberPart? {
    switch byte {
    case UInt8(ascii: "0") where self == .start || self == .minus: .zero
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      switch self {
      case .start, .minus, .whole: .whole
      case .zero: nil
      case .point, .fraction: .fraction
      case .exponent, .exponentSign, .exponentDigits: .exponentDigits
      }
    case UInt8(ascii: "-") where self == .start: .minus
    case UInt8(ascii: "."): self == .zero || self == .whole ? .point : nil
    case UInt8(ascii: "e"), UInt8(ascii: "E"):
      self == .zero || self == .whole || self == .fraction ? .exponent : nil
    case UInt8(ascii: "+"), UInt8(ascii: "-"): self == .exponent ? .exponentSign : nil
    default: nil
    }
  }

  /// What is missing where a number stops at a part at which it must not.
  var missing: String {
    switch self {
    case .point: "expected a digit after the decimal point"
    case .exponent, .exponentSign: "expected a digit in the exponent"
    default: "expected a number"
    }
  }
}

/// Passes over a number that lies in one piece.
///
/// - Returns: the place behind it; nil where it is no number, or may go on behind a zero, which may be the end of the
///   piece: then ``NumberPart`` has to look at it byte by byte.
@inline(__always) func endOfNumber(_ start: UnsafePointer<UInt8>) -> UnsafePointer<UInt8>? {
  var address = start
  if address.pointee == UInt8(ascii: "-") { address += 1 }
  if address.pointee == UInt8(ascii: "0") {
    address += 1
  } else {
    guard isDigit(address.pointee) else { return nil }
    address = endOfDigits(address + 1)
  }
  if address.pointee == UInt8(ascii: ".") {
    guard isDigit(address[1]) else { return nil }
    address = endOfDigits(address + 2)
  }
  if address.pointee | 0x20 == UInt8(ascii: "e") {
    address += 1
    if address.pointee == UInt8(ascii: "-") || address.pointee == UInt8(ascii: "+") { address += 1 }
    guard isDigit(address.pointee) else { return nil }
    address = endOfDigits(address + 1)
  }
  return address.pointee == 0 ? nil : address
}

@inline(__always) private func endOfDigits(_ start: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
  var address = start
  while isDigit(address.pointee) { address += 1 }
  return address
}

/// Whether Python's `bool` of a number's text is true: whether the integer, or the nearest double, is not 0.
func isTruthy(number text: UnsafeBufferPointer<UInt8>) -> Bool {
  let exponent = text.firstIndex { $0 | 0x20 == UInt8(ascii: "e") }
  let mantissa = text[..<(exponent ?? text.count)]
  guard mantissa.contains(where: { $0 &- UInt8(ascii: "1") < 9 }) else { return false }
  // Below 300 digits, and without a negative exponent, no number comes near the smallest double.
  let shrinks = exponent.map { text[$0 + 1] == UInt8(ascii: "-") } ?? false
  guard shrinks || (text.count > 300 && mantissa.contains(UInt8(ascii: "."))) else { return true }
  return Double(String(decoding: text, as: UTF8.self)) != 0
}
