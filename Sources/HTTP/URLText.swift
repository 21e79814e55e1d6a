/// Texts as parts of a URL.
public enum URLText {
  /// The text with everything but RFC 3986's unreserved characters (letters, digits, `-._~`) percent-encoded as
  /// UTF-8. Fit for one segment of a path, and for a name or value of a query.
  public static func encode(_ component: String) -> String {
    // Ids, of which a query may have hundreds, are as they are.
    component.utf8.allSatisfy(isUnreserved) ? component : encode(component.utf8, keeping: isUnreserved)
  }

  /// `name=value&name=value`, both encoded, in the order given.
  public static func query(_ items: [(String, String)]) -> String {
    var query = ""
    for (name, value) in items {
      if !query.isEmpty { query += "&" }
      query += encode(name)
      query += "="
      query += encode(value)
    }
    return query
  }

  /// RFC 3986, section 2.3.
  static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "~"):
      true
    default: false
    }
  }

  static func encode(_ bytes: some Sequence<UInt8>, keeping keeps: (UInt8) -> Bool) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var result: [UInt8] = []
    for byte in bytes {
      if keeps(byte) {
        result.append(byte)
      } else {
        result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
