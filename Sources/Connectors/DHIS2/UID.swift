/// DHIS2's ids: eleven letters and digits, of which the first is a letter (`CodeGenerator.UID_REGEXP`).
public enum UID {
  /// Whether a text is such an id.
  public static func isValid(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      guard bytes.count == 11, isLetter(bytes[0]) else { return false }
      return bytes.allSatisfy { isLetter($0) || (48...57).contains($0) }
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (65...90).contains(byte) || (97...122).contains(byte)
  }

  /// An id made from a name, the same each time: so a second run finds what the first one made.
  public static func made(from name: String) -> String {
    // FNV-1a for the name, then SplitMix64 for one character at a time.
    var state: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
    func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
      return mixed ^ (mixed >> 31)
    }
    let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
    let all = letters + Array("0123456789".utf8)
    var bytes = [letters[Int(next() % UInt64(letters.count))]]
    for _ in 0..<10 { bytes.append(all[Int(next() % UInt64(all.count))]) }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Many ids in little memory: 16 bytes each.
struct UIDSet: Sendable {
  private var codes: [UInt128] = []

  init() {}

  /// - Parameter codes: in any order.
  init(codes: [UInt128]) {
    self.codes = codes
    self.codes.sort()
  }

  var count: Int { codes.count }

  func contains(_ id: String) -> Bool {
    let code = Self.code(id)
    let place = Self.place(of: code, in: codes)
    return place < codes.count && codes[place] == code
  }

  /// Adds ids that come together; gives those that were there before, or come twice among them.
  mutating func insert(_ ids: [String]) -> [String] {
    var doubled: [String] = []
    var new: [UInt128] = []
    for id in ids {
      let code = Self.code(id)
      let place = Self.place(of: code, in: codes)
      if place < codes.count && codes[place] == code { doubled.append(id) } else { new.append(code) }
    }
    new.sort()
    for index in new.indices.dropFirst().reversed() where new[index] == new[index - 1] {
      doubled.append(ids.first { Self.code($0) == new[index] } ?? "")
      new.remove(at: index)
    }
    // A page that sorts behind all before it, which is the rule, is only put at the end.
    if let last = codes.last, let first = new.first, first < last {
      codes.append(contentsOf: new)
      codes.sort()
    } else {
      codes.append(contentsOf: new)
    }
    return doubled
  }

  /// The first sixteen bytes of an id as a number: all of a DHIS2 UID.
  static func code(_ id: String) -> UInt128 { code(id.utf8) }

  static func code(_ id: some Sequence<UInt8>) -> UInt128 {
    var code: UInt128 = 0
    for byte in id.prefix(16) { code = code << 8 | UInt128(byte) }
    return code
  }

  private static func place(of code: UInt128, in codes: [UInt128]) -> Int {
    var (low, high) = (0, codes.count)
    while low < high {
      let middle = (low + high) / 2
      if codes[middle] < code { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
