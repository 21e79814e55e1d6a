import FlowKit

/// Texts and tables that are too long for a server, cut with a note that says so.
enum Shortening {
  /// The most that a message of a state has, in bytes.
  static let stateMessage = 10_000
  /// The most that an artifact has, in bytes.
  static let artifact = 5_000_000

  /// The text, or its beginning and how much is missing. Cut between characters.
  static func text(_ text: String, limit: Int) -> String {
    let size = text.utf8.count
    guard size > limit else { return text }
    var end = text.utf8.index(text.utf8.startIndex, offsetBy: max(0, limit))
    while end > text.utf8.startIndex, end.samePosition(in: text) == nil { end = text.utf8.index(before: end) }
    let kept = text[..<end]
    return "\(kept) … (\(size - kept.utf8.count) more bytes left out)"
  }

  /// The rows as JSON, or as many from the first as there is room for, and how many are missing.
  static func table(_ rows: [JSONObject], limit: Int) -> (text: String, missing: Int) {
    var bytes: [UInt8] = [UInt8(ascii: "[")]
    for (index, row) in rows.enumerated() {
      let document = JSONValue.object(row).bytes()
      guard bytes.count + document.count + 2 <= limit else {
        return (String(decoding: bytes + [UInt8(ascii: "]")], as: UTF8.self), rows.count - index)
      }
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes += document
    }
    return (String(decoding: bytes + [UInt8(ascii: "]")], as: UTF8.self), 0)
  }
}
