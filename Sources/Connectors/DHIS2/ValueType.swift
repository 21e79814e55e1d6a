/// Which texts are values of which type of data element (`ValidationUtils`, `MathUtils`).
public enum ValueType {
  /// Why a text is no value of a type, `NUMBER`, `PERCENTAGE` ...; nil where it is one, or the type has rules that only
  /// the server knows (coordinates, files, users). What all releases take is taken: `5.0` is no INTEGER.
  public static func problem(_ text: String, type: String) -> String? {
    if text.isEmpty { return "it is empty" }
    switch type {
    case "NUMBER": return isNumber(text) ? nil : "it is no plain decimal number"
    case "PERCENTAGE": return isNumber(text, in: 0...100) ? nil : "it is no number from 0 to 100"
    case "UNIT_INTERVAL": return isNumber(text, in: 0...1) ? nil : "it is no number from 0 to 1"
    case "INTEGER": return integer(text) == nil ? "it is no whole number of 32 bits" : nil
    case "INTEGER_POSITIVE":
      return integer(text).map { $0 > 0 } == true ? nil : "it is no positive whole number"
    case "INTEGER_NEGATIVE":
      return integer(text).map { $0 < 0 } == true ? nil : "it is no negative whole number"
    case "INTEGER_ZERO_OR_POSITIVE":
      return integer(text).map { $0 >= 0 } == true ? nil : "it is no whole number from 0"
    case "BOOLEAN": return ["true", "false"].contains(text) ? nil : "it is neither true nor false"
    case "TRUE_ONLY": return text == "true" ? nil : "it is not true"
    case "DATE": return isDate(text) ? nil : "it is no date as 2024-01-31"
    default: return text.unicodeScalars.count > 50_000 ? "it is longer than 50,000 characters" : nil
    }
  }

  /// Whether values of a type are numbers (`ValueType.isNumeric`): `5.0` is `5` there, and a zero may mean nothing.
  public static func isNumeric(_ type: String) -> Bool { numeric.contains(type) }

  private static let numeric: Set<String> = [
    "NUMBER", "INTEGER", "INTEGER_POSITIVE", "INTEGER_NEGATIVE", "INTEGER_ZERO_OR_POSITIVE", "PERCENTAGE",
    "UNIT_INTERVAL",
  ]

  /// `^(-?0|-?[1-9]\d*)(\.\d+)?$`, shorter than 250 characters.
  static func isNumber(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      guard bytes.count < 250 else { return false }
      var place = bytes.first == UInt8(ascii: "-") ? 1 : 0
      let start = place
      while place < bytes.count, isDigit(bytes[place]) { place += 1 }
      guard place > start, place == start + 1 || bytes[start] != UInt8(ascii: "0") else { return false }
      guard place < bytes.count else { return true }
      guard bytes[place] == UInt8(ascii: "."), place + 1 < bytes.count else { return false }
      return bytes[(place + 1)...].allSatisfy(isDigit)
    }
  }

  /// The shortest text of a number: numbers of any length are the same where these are. Of `-0` it is `0`.
  static func shortest(_ number: String) -> Substring {
    var text = number[...]
    if text.utf8.contains(UInt8(ascii: ".")) {
      while text.utf8.last == UInt8(ascii: "0") { text.removeLast() }
      if text.utf8.last == UInt8(ascii: ".") { text.removeLast() }
    }
    return text == "-0" ? "0" : text
  }

  private static func isNumber(_ text: String, in range: ClosedRange<Double>) -> Bool {
    isNumber(text) && Double(text).map(range.contains) == true
  }

  /// `^(0|-?[1-9]\d*)$` in 32 bits.
  private static func integer(_ text: String) -> Int32? {
    guard let number = Int32(text), String(number) == text else { return nil }
    return number
  }

  private static func isDate(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts.map(\.utf8.count) == [4, 2, 2] else { return false }
    return parts.allSatisfy { $0.utf8.allSatisfy(isDigit) }
      && LocalCalendar.gregorian.date(
        year: Int(parts[0]) ?? 0, month: Int(parts[1]) ?? 0, day: Int(parts[2]) ?? 0) != nil
  }

  /// `^0(\.0*)?$`.
  static func isZero(_ text: String) -> Bool {
    guard text.utf8.first == UInt8(ascii: "0") else { return false }
    let rest = text.dropFirst()
    return rest.isEmpty || (rest.hasPrefix(".") && rest.dropFirst().allSatisfy { $0 == "0" })
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}
