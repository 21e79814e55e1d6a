internal import Glibc

/// Numbers as text.
package enum DecimalText {
  /// Room that every number of ``write17(_:to:)`` fits into.
  static let longest = 32

  /// Appends a double with 17 significant digits, as C's `%.17g` writes it: enough to give back every bit.
  package static func append17(_ value: Double, to bytes: inout [UInt8]) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: longest) { room in
      let end = write17(value, to: room.baseAddress!)
      bytes.append(contentsOf: UnsafeBufferPointer(start: room.baseAddress!, count: end - room.baseAddress!))
    }
  }

  /// Writes the same into memory with room for ``longest`` bytes, and gives the end.
  static func write17(_ value: Double, to start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
    var target = start
    guard value.isFinite else { return write(value.isNaN ? "nan" : value < 0 ? "-inf" : "inf", to: target) }
    let magnitude = value.magnitude
    if value.sign == .minus { put("-", &target) }
    if magnitude == 0 {
      put("0", &target)
      return target
    }
    // 17 digits are an integer below 10^17. The decimal exponent is guessed from the binary one and put right.
    var exponent = Int((Double(magnitude.exponent) * 0.301_029_995_663_981_2).rounded(.down))
    if magnitude.isSubnormal || exponent < -16 || exponent > 16 {
      // Beyond what the exact arithmetic below holds.
      return target + Int(withVaList([magnitude]) { vsnprintf(target, longest - 1, "%.17g", $0) })
    }
    var digits = scaled(magnitude, byTenTo: 16 - exponent)
    if digits >= 100_000_000_000_000_000 {
      exponent += 1
      digits = scaled(magnitude, byTenTo: 16 - exponent)
    }
    layOut(digits, exponent, &target)
    return target
  }

  private static let powersOfFive: [UInt64] = {
    var powers: [UInt64] = [1]
    for _ in 0..<27 { powers.append(powers[powers.count - 1] * 5) }
    return powers
  }()

  /// value x 10^power, rounded half to even; exact up to the rounding for powers of -1...32.
  private static func scaled(_ value: Double, byTenTo power: Int) -> UInt64 {
    let significand = value.significandBitPattern | 1 << 52
    if power < 0 { return UInt64((UInt128(significand) << UInt128(Int(value.exponent) - 52) + 5) / 10) }
    let shift = Int(value.exponent) - 52 + power
    let product: UInt128
    if power <= 27 {
      let parts = significand.multipliedFullWidth(by: powersOfFive[power])
      product = UInt128(parts.high) << 64 | UInt128(parts.low)
    } else {
      product = UInt128(significand) * UInt128(powersOfFive[27]) * UInt128(powersOfFive[power - 27])
    }
    if shift >= 0 { return UInt64(truncatingIfNeeded: product << UInt128(shift)) }
    let quotient = product >> UInt128(-shift)
    let rest = product & ((1 << UInt128(-shift)) - 1)
    let half: UInt128 = 1 << UInt128(-shift - 1)
    let up = rest > half || rest == half && quotient & 1 == 1
    return UInt64(truncatingIfNeeded: quotient) + (up ? 1 : 0)
  }

  /// 17 digits and the exponent of the first one, as `%g` lays them out.
  private static func layOut(_ digits: UInt64, _ exponent: Int, _ target: inout UnsafeMutablePointer<UInt8>) {
    var rest = digits
    var count = 17
    while rest % 10 == 0, count > 1 {
      rest /= 10
      count -= 1
    }
    if exponent < -4 || exponent > 16 {
      // One place is left free before the digits: the first one moves into it.
      write(rest, count, to: target + 1)
      target[0] = target[1]
      target[1] = UInt8(ascii: ".")
      target += count > 1 ? count + 1 : 1
      put("e", &target)
      put(exponent < 0 ? "-" : "+", &target)
      let size = UInt64(abs(exponent))
      write(size, 2, to: target)
      target += 2
    } else if exponent < 0 {
      target = write("0.", to: target)
      for _ in 0..<(-exponent - 1) { put("0", &target) }
      write(rest, count, to: target)
      target += count
    } else if count <= exponent + 1 {
      write(rest, count, to: target)
      target += count
      for _ in 0..<(exponent + 1 - count) { put("0", &target) }
    } else {
      write(rest, count, to: target + 1)
      for position in 0...exponent { target[position] = target[position + 1] }
      target[exponent + 1] = UInt8(ascii: ".")
      target += count + 1
    }
  }

  @inline(__always)
  private static func put(_ character: Unicode.Scalar, _ target: inout UnsafeMutablePointer<UInt8>) {
    target.pointee = UInt8(ascii: character)
    target += 1
  }

  /// The last `count` digits of a number, two at a time; numbers of more than eight digits in two halves, which the
  /// processor works on side by side.
  @inline(__always)
  private static func write(_ number: UInt64, _ count: Int, to target: UnsafeMutablePointer<UInt8>) {
    if count > 8 {
      let upper = number / 100_000_000
      writeShort(UInt32(truncatingIfNeeded: number - upper * 100_000_000), 8, to: target + count - 8)
      if count > 16 {
        let top = upper / 100_000_000
        writeShort(UInt32(truncatingIfNeeded: upper - top * 100_000_000), 8, to: target + count - 16)
        writeShort(UInt32(truncatingIfNeeded: top), count - 16, to: target)
      } else {
        writeShort(UInt32(truncatingIfNeeded: upper), count - 8, to: target)
      }
    } else {
      writeShort(UInt32(truncatingIfNeeded: number), count, to: target)
    }
  }

  @inline(__always)
  private static func writeShort(_ number: UInt32, _ count: Int, to target: UnsafeMutablePointer<UInt8>) {
    var rest = number
    var position = count
    while position >= 2 {
      let upper = rest / 100
      let pair = rest - upper * 100
      let tens = pair / 10
      position -= 2
      target[position] = UInt8(truncatingIfNeeded: 48 + tens)
      target[position + 1] = UInt8(truncatingIfNeeded: 48 + pair - tens * 10)
      rest = upper
    }
    if position == 1 { target[0] = UInt8(truncatingIfNeeded: 48 + rest % 10) }
  }

  private static func write(_ text: String, to start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<
    UInt8
  > {
    var target = start
    for byte in text.utf8 {
      target.pointee = byte
      target += 1
    }
    return target
  }
}
