import Glibc

/// Numbers as DHIS2 takes them (`ValidationUtils`): plain decimals, no exponent, no sign on zero.
public enum DataValueFormat {
  /// The number with at most so many decimals, rounded to nearest from its exact binary value; trailing zeros are
  /// left out. Nil for what is no number: a missing value is never sent as text.
  public static func text(_ number: Double, decimals: Int) -> String? {
    guard number.isFinite else { return nil }
    var buffer = [CChar](repeating: 0, count: 400)
    let count = withVaList([Int32(decimals), number]) { vsnprintf(&buffer, buffer.count, "%.*f", $0) }
    var digits = buffer[..<Int(count)].map { UInt8(bitPattern: $0) }
    if digits.contains(UInt8(ascii: ".")) {
      while digits.last == UInt8(ascii: "0") { digits.removeLast() }
      if digits.last == UInt8(ascii: ".") { digits.removeLast() }
    }
    let text = String(decoding: digits, as: UTF8.self)
    return text == "-0" ? "0" : text
  }
}
