import Glibc

/// Numbers as DHIS2 takes them (`ValidationUtils`): plain decimals, no exponent, no sign on zero.
public enum DataValueFormat {
  /// The number with at most so many decimals, rounded to nearest from its exact binary value; trailing zeros are
  /// left out. Nil for what is no number: a missing value is never sent as text.
  public static func text(_ number: Double, decimals: Int) -> String? {
    guard number.isFinite else { return nil }
    return quick(number, decimals) ?? printed(number, decimals)
  }

  /// By C's own printing, which knows every number.
  static func printed(_ number: Double, _ decimals: Int) -> String {
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

  /// By whole numbers; nil for numbers that are too large for that.
  ///
  /// Where the product is no half, the exact one lies on the same side of the half, as halves are doubles here; where it
  /// is one, what the product has lost decides, and then the even neighbour.
  static func quick(_ number: Double, _ decimals: Int) -> String? {
    guard (0..<powers.count).contains(decimals) else { return nil }
    let product = number.magnitude * powers[decimals]
    guard product < 0x1p51 else { return nil }
    let below = product.rounded(.down)
    var whole = UInt64(below)
    let rest = product - below
    if rest == 0.5 {
      let lost = (-product).addingProduct(number.magnitude, powers[decimals])
      if lost > 0 || (lost == 0 && whole % 2 == 1) { whole += 1 }
    } else if rest > 0.5 {
      whole += 1
    }
    guard whole > 0 else { return "0" }
    var decimals = decimals
    while decimals > 0, whole % 10 == 0 {
      whole /= 10
      decimals -= 1
    }
    // From the last digit to the first; a zero stands before the point.
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 40) { bytes in
      var place = bytes.count
      func put(_ byte: UInt8) {
        place -= 1
        bytes[place] = byte
      }
      for _ in 0..<decimals {
        put(UInt8(ascii: "0") + UInt8(whole % 10))
        whole /= 10
      }
      if decimals > 0 { put(UInt8(ascii: ".")) }
      repeat {
        put(UInt8(ascii: "0") + UInt8(whole % 10))
        whole /= 10
      } while whole > 0
      if number < 0 { put(UInt8(ascii: "-")) }
      return String(decoding: UnsafeBufferPointer(rebasing: bytes[place...]), as: UTF8.self)
    }
  }

  /// The powers of ten that, times a number in range, leave it one.
  private static let powers: [Double] = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10]
}
