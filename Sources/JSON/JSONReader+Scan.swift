internal import Glibc

/// The lexical part of the reader.
extension JSONReader {
  @inlinable mutating func skipWhitespace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  @usableFromInline mutating func open(_ bracket: UInt8, _ name: String) throws {
    skipWhitespace()
    guard position < bytes.count, bytes[position] == bracket else { throw error("expected \(name)") }
    guard depth < Self.deepestNesting else { throw error("nested deeper than \(Self.deepestNesting) levels") }
    depth += 1
    position += 1
  }

  /// Whether the array or object ends before its first element.
  @inlinable mutating func closes(_ bracket: UInt8) -> Bool {
    skipWhitespace()
    guard position < bytes.count, bytes[position] == bracket else { return false }
    position += 1
    return true
  }

  /// Whether the array or object ends after the element just read, or goes on behind a comma.
  @inlinable mutating func endsAfterElement(_ bracket: UInt8) throws -> Bool {
    skipWhitespace()
    guard position < bytes.count else { throw error("unexpected end of the document") }
    if bytes[position] == bracket {
      position += 1
      return true
    }
    guard bytes[position] == UInt8(ascii: ",") else { throw error("expected ',' or the closing bracket") }
    position += 1
    return false
  }

  mutating func matches(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard position + count <= bytes.count, memcmp(bytes.baseAddress! + position, word.utf8Start, count) == 0
    else {
      return false
    }
    position += count
    return true
  }

  /// A number as it stands in the text.
  struct ScannedNumber {
    var range: Range<Int>
    /// The digits as an integer, where they fit.
    var mantissa: UInt64
    var fits: Bool
    var negative: Bool
    /// The power of ten that the mantissa is to be multiplied by.
    var exponent: Int
    var isWhole: Bool

    var integer: Int? {
      guard isWhole, fits else { return nil }
      if negative { return mantissa == 0 ? nil : Int(exactly: mantissa).map { -$0 } }
      return Int(exactly: mantissa)
    }

    /// The nearest double: exact arithmetic where mantissa and power of ten are both exact doubles (Clinger 1990),
    /// the C library's conversion elsewhere.
    func double(in bytes: UnsafeBufferPointer<UInt8>) -> Double {
      if fits, mantissa <= 1 << 53, (-22...22).contains(exponent) {
        let magnitude = Double(mantissa)
        let value = exponent < 0 ? magnitude / Self.powers[-exponent] : magnitude * Self.powers[exponent]
        return negative ? -value : value
      }
      let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
      return strtod(text, nil)
    }

    private static let powers: [Double] = [
      1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
      1e19,
      1e20, 1e21, 1e22,
    ]
  }

  mutating func scanNumber() throws -> ScannedNumber {
    skipWhitespace()
    let start = position
    var number = ScannedNumber(
      range: start..<start, mantissa: 0, fits: true, negative: false, exponent: 0, isWhole: true)
    if position < bytes.count, bytes[position] == UInt8(ascii: "-") {
      number.negative = true
      position += 1
    }
    let whole = scanDigits(into: &number)
    guard whole > 0 else { throw error("expected a number") }
    if whole > 1, bytes[position - whole] == UInt8(ascii: "0") {
      throw error("a number must not start with 0")
    }
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      position += 1
      number.isWhole = false
      let fraction = scanDigits(into: &number)
      guard fraction > 0 else { throw error("expected a digit after the decimal point") }
      number.exponent -= fraction
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      position += 1
      number.isWhole = false
      var exponent = ScannedNumber(
        range: 0..<0, mantissa: 0, fits: true, negative: false, exponent: 0, isWhole: true)
      if position < bytes.count, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+")
      {
        exponent.negative = bytes[position] == UInt8(ascii: "-")
        position += 1
      }
      guard scanDigits(into: &exponent) > 0 else { throw error("expected a digit in the exponent") }
      // A larger exponent is beyond every double anyway; the C library then gives 0 or infinity.
      let size = exponent.fits && exponent.mantissa < 100_000 ? Int(exponent.mantissa) : 100_000
      number.exponent += exponent.negative ? -size : size
    }
    number.range = start..<position
    return number
  }

  private mutating func scanDigits(into number: inout ScannedNumber) -> Int {
    let start = position
    while position < bytes.count, case let digit = bytes[position] &- UInt8(ascii: "0"), digit < 10 {
      if number.mantissa < 1_000_000_000_000_000_000 {
        number.mantissa = number.mantissa * 10 + UInt64(digit)
      } else {
        number.fits = false
      }
      position += 1
    }
    return position - start
  }

  /// Reads over a string in quotes. The range is that of its content; what has no escape is checked UTF-8.
  mutating func scanString() throws -> (range: Range<Int>, escaped: Bool) {
    guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
      throw error("expected a string")
    }
    position += 1
    let start = position
    var escaped = false
    var ascii = true
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        let range = start..<position
        position += 1
        if !ascii { try checkUTF8(range) }
        return (range, escaped)
      case UInt8(ascii: "\\"):
        escaped = true
        position += 2
      case 0..<0x20: throw error("a control character inside a string")
      default:
        if byte >= 0x80 { ascii = false }
        position += 1
      }
    }
    throw JSONSyntaxError("a string that does not end", at: start - 1, in: bytes)
  }

  private func checkUTF8(_ range: Range<Int>) throws {
    guard String(validating: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self) != nil else {
      throw JSONSyntaxError("a string that is not UTF-8", at: range.lowerBound, in: bytes)
    }
  }

  func unescape(_ range: Range<Int>) throws -> String {
    var output: [UInt8] = []
    output.reserveCapacity(range.count)
    var index = range.lowerBound
    while index < range.upperBound {
      guard bytes[index] == UInt8(ascii: "\\") else {
        output.append(bytes[index])
        index += 1
        continue
      }
      switch bytes[index + 1] {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): output.append(bytes[index + 1])
      case UInt8(ascii: "b"): output.append(0x08)
      case UInt8(ascii: "f"): output.append(0x0C)
      case UInt8(ascii: "n"): output.append(0x0A)
      case UInt8(ascii: "r"): output.append(0x0D)
      case UInt8(ascii: "t"): output.append(0x09)
      case UInt8(ascii: "u"):
        output.append(contentsOf: try unicodeEscape(at: &index, before: range.upperBound).utf8)
        continue
      default: throw JSONSyntaxError("an unknown escape", at: index, in: bytes)
      }
      index += 2
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// Reads `\uXXXX`, and the second half where it is the first of a surrogate pair. A half without its other half
  /// becomes U+FFFD, as most readers have it.
  private func unicodeEscape(at index: inout Int, before end: Int) throws -> String {
    let first = try hexQuad(at: index, before: end)
    index += 6
    if (0xD800..<0xDC00).contains(first), index + 6 <= end, bytes[index] == UInt8(ascii: "\\"),
      bytes[index + 1] == UInt8(ascii: "u")
    {
      let second = try hexQuad(at: index, before: end)
      if (0xDC00..<0xE000).contains(second) {
        index += 6
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)).map(String.init)
          ?? "\u{FFFD}"
      }
    }
    return Unicode.Scalar(first).map(String.init) ?? "\u{FFFD}"
  }

  private func hexQuad(at index: Int, before end: Int) throws -> UInt32 {
    var value: UInt32 = 0
    guard index + 6 <= end else { throw JSONSyntaxError("an escape that does not end", at: index, in: bytes) }
    for offset in 2..<6 {
      let byte = bytes[index + offset]
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default:
        throw JSONSyntaxError(
          "an escape with something else than four hexadecimal digits", at: index, in: bytes)
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  func character(at index: Int) -> String {
    let scalar = Unicode.Scalar(bytes[index])
    return scalar.isASCII && bytes[index] >= 0x20 ? "'\(scalar)'" : "0x\(String(bytes[index], radix: 16))"
  }
}
