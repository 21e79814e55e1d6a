/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same on every machine.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// A source of its own for a name under a seed, so that one more call in one place changes nothing elsewhere.
  init(seed: UInt64, name: String) {
    // FNV-1a, 64 bits.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    state = hash ^ (seed &* 0x9e37_79b9_7f4a_7c15)
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return Self.mixed(state)
  }

  /// From 0 up to, but without, 1.
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Between -1 and 1.
  mutating func signed() -> Double { unit() * 2 - 1 }

  /// The output function alone: a hash of a number.
  static func mixed(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

/// DHIS2's identifiers: a letter and ten letters or digits.
enum UID {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)

  /// The same for the same seed and name.
  static func make(seed: UInt64, name: String) -> String {
    var source = SplitMix64(seed: seed, name: "uid/" + name)
    return make(&source)
  }

  static func make(_ source: inout SplitMix64) -> String {
    let bytes = (0..<11).map { alphabet[Int(source.next() % UInt64($0 == 0 ? 52 : 62))] }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// `^[a-zA-Z][a-zA-Z0-9]{10}$` (CodeGenerator.UID_REGEXP).
  static func isValid(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.count == 11 && bytes.allSatisfy { alphabet.contains($0) } && !(48...57).contains(bytes[0])
  }
}
