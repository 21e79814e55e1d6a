/// A fingerprint of 128 bits, equal for equal content on every machine and run. It guards against mistakes, not against
/// forgery.
///
/// Two independent lanes, each folding 64-bit words by multiplication with an odd constant and rotation, finished by the
/// mixer of splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
package struct ContentHash: Sendable, Hashable {
  private var first: UInt64 = 0x9E37_79B9_7F4A_7C15
  private var second: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  private var count: UInt64 = 0

  package init() {}

  package mutating func add(_ word: UInt64) {
    count &+= 1
    first = Self.rotate((first ^ word) &* 0xD6E8_FEB8_6659_FD93, 29)
    second = Self.rotate((second &+ word) &* 0xA076_1D64_78BD_642F, 41) ^ first
  }

  package mutating func add(_ number: Int) { add(UInt64(bitPattern: Int64(number))) }
  package mutating func add(_ number: Double) { add(number.bitPattern) }

  package mutating func add(_ text: String) {
    add(text.utf8.count)
    var word: UInt64 = 0
    for (position, byte) in text.utf8.enumerated() {
      word = word << 8 | UInt64(byte)
      if position % 8 == 7 { add(word) }
    }
    add(word)
  }

  package mutating func add(_ numbers: [Double]) {
    add(numbers.count)
    for number in numbers { add(number.bitPattern) }
  }

  package mutating func add(_ numbers: [Int]) {
    add(numbers.count)
    for number in numbers { add(number) }
  }

  /// 32 hexadecimal digits.
  package var text: String {
    [Self.mix(first ^ count), Self.mix(second &+ count)].map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  private static func rotate(_ word: UInt64, _ bits: UInt64) -> UInt64 { word << bits | word >> (64 - bits) }

  private static func mix(_ word: UInt64) -> UInt64 {
    var word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}
