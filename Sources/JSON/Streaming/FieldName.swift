/// The key that a filter looks for, ready to be compared with bytes of a document.
struct FieldName: Sendable {
  private let bytes: [UInt8]
  /// The first eight bytes as one word, and which of its bits count.
  private let head: UInt64
  private let mask: UInt64

  init(_ name: String) {
    bytes = Array(name.utf8)
    let used = min(bytes.count, 8)
    head = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    mask = used == 8 ? .max : (1 << UInt64(8 * used)) - 1
  }

  /// Whether a key without escapes is this one. Eight bytes from the key's beginning must be readable.
  @inline(__always) func matches(_ key: UnsafePointer<UInt8>, count: Int) -> Bool {
    guard count == bytes.count, word(at: key) & mask == head else { return false }
    var index = 8
    while index < count {
      guard key[index] == bytes[index] else { return false }
      index += 1
    }
    return true
  }

  /// Whether a key with escapes, which have been checked, is this one.
  func matches(escaped key: UnsafeBufferPointer<UInt8>) -> Bool {
    // A half of a surrogate pair alone is a character that no Swift string has, so it is not this one.
    guard let text = Self.unescape(key) else { return false }
    return text == bytes
  }

  private static func unescape(_ key: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    var output: [UInt8] = []
    var index = 0
    while index < key.count {
      guard key[index] == UInt8(ascii: "\\") else {
        output.append(key[index])
        index += 1
        continue
      }
      switch key[index + 1] {
      case UInt8(ascii: "b"): output.append(0x08)
      case UInt8(ascii: "f"): output.append(0x0C)
      case UInt8(ascii: "n"): output.append(0x0A)
      case UInt8(ascii: "r"): output.append(0x0D)
      case UInt8(ascii: "t"): output.append(0x09)
      case UInt8(ascii: "u"):
        guard let scalar = scalar(in: key, at: &index) else { return nil }
        output.append(contentsOf: Character(scalar).utf8)
        continue
      default: output.append(key[index + 1])
      }
      index += 2
    }
    return output
  }

  /// The character of `\uXXXX`, or of two of them that make a surrogate pair.
  private static func scalar(in key: UnsafeBufferPointer<UInt8>, at index: inout Int) -> Unicode.Scalar? {
    let first = quad(in: key, at: index)
    index += 6
    guard (0xD800..<0xDC00).contains(first), index + 6 <= key.count, key[index] == UInt8(ascii: "\\"),
      key[index + 1] == UInt8(ascii: "u")
    else { return Unicode.Scalar(first) }
    let second = quad(in: key, at: index)
    guard (0xDC00..<0xE000).contains(second) else { return nil }
    index += 6
    return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
  }

  private static func quad(in key: UnsafeBufferPointer<UInt8>, at index: Int) -> UInt32 {
    (index + 2..<index + 6).reduce(0) { $0 << 4 | UInt32(hexDigit(key[$1]) ?? 0) }
  }
}
