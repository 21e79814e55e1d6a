/// Numbers as text.
package enum DecimalText {
  /// Appends a double with 17 significant digits, as C's `%.17g` writes it: enough to give back every bit.
  package static func append17(_ value: Double, to bytes: inout [UInt8]) {
    guard value.isFinite else {
      bytes += (value.isNaN ? "nan" : value < 0 ? "-inf" : "inf").utf8
      return
    }
    var magnitude = value.magnitude
    if value.sign == .minus { bytes.append(UInt8(ascii: "-")) }
    if magnitude == 0 {
      bytes.append(UInt8(ascii: "0"))
      return
    }
    // 17 digits are an integer below 10^17. The decimal exponent is guessed from the binary one and put right.
    var exponent = Int((Double(magnitude.exponent) * 0.301_029_995_663_981_2).rounded(.down))
    if magnitude.isSubnormal || exponent < -16 || exponent > 16 {
      // Beyond what the exact arithmetic below holds: scaling rounds, so the shortest digits are padded instead.
      appendShortest(&magnitude, to: &bytes)
      return
    }
    var digits = scaled(magnitude, byTenTo: 16 - exponent)
    if digits >= 100_000_000_000_000_000 {
      exponent += 1
      digits = scaled(magnitude, byTenTo: 16 - exponent)
    }
    if digits == 100_000_000_000_000_000 {
      digits = 10_000_000_000_000_000
      exponent += 1
    }
    append(digits, exponent, to: &bytes)
  }

  /// value x 10^power, rounded half to even; exact up to the rounding for powers of 0...32.
  private static func scaled(_ value: Double, byTenTo power: Int) -> UInt64 {
    let significand = UInt128(value.significandBitPattern | 1 << 52)
    let shift = Int(value.exponent) - 52 + power
    var product = significand
    for _ in 0..<power { product *= 5 }
    if shift >= 0 { return UInt64(truncatingIfNeeded: product << shift) }
    let quotient = product >> -shift
    let rest = product & ((1 << -shift) - 1)
    let half: UInt128 = 1 << (-shift - 1)
    let up = rest > half || rest == half && quotient & 1 == 1
    return UInt64(truncatingIfNeeded: quotient + (up ? 1 : 0))
  }

  /// 17 digits and the exponent of the first one, as `%g` lays them out.
  private static func append(_ digits: UInt64, _ exponent: Int, to bytes: inout [UInt8]) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 17) { text in
      var rest = digits
      for position in (0..<17).reversed() {
        text[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      }
      var count = 17
      while count > 1, text[count - 1] == UInt8(ascii: "0") { count -= 1 }
      if exponent < -4 || exponent > 16 {
        bytes.append(text[0])
        if count > 1 {
          bytes.append(UInt8(ascii: "."))
          bytes.append(contentsOf: text[1..<count])
        }
        bytes.append(UInt8(ascii: "e"))
        bytes.append(UInt8(ascii: exponent < 0 ? "-" : "+"))
        let size = abs(exponent)
        if size < 10 { bytes.append(UInt8(ascii: "0")) }
        bytes += String(size).utf8
      } else if exponent < 0 {
        bytes += "0.".utf8
        for _ in 0..<(-exponent - 1) { bytes.append(UInt8(ascii: "0")) }
        bytes.append(contentsOf: text[0..<count])
      } else {
        for position in 0..<max(count, exponent + 1) {
          if position == exponent + 1 { bytes.append(UInt8(ascii: ".")) }
          bytes.append(position < count ? text[position] : UInt8(ascii: "0"))
        }
      }
    }
  }

  /// Swift's shortest text that reads back as the same double, which very large and small numbers get.
  private static func appendShortest(_ value: inout Double, to bytes: inout [UInt8]) {
    bytes += value.description.utf8
  }
}
