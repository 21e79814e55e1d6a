internal import Essentials

/// Which texts are values of which type (ValidationUtils, MathUtils).
enum ValueRule {
  /// The reason why a text is no value of the type; nil where it is one.
  static func problem(_ text: String, type: String) -> String? {
    switch type {
    case "NUMBER": return isNumber(text) ? nil : "value_not_numeric"
    case "INTEGER": return isInteger(text) ? nil : "value_not_integer"
    case "INTEGER_POSITIVE":
      return isInteger(text) && !text.hasPrefix("-") && !text.hasPrefix("0")
        ? nil : "value_not_positive_integer"
    case "INTEGER_NEGATIVE":
      return isInteger(text) && text.hasPrefix("-") ? nil : "value_not_negative_integer"
    case "INTEGER_ZERO_OR_POSITIVE":
      return isInteger(text) && !text.hasPrefix("-") ? nil : "value_not_zero_or_positive_integer"
    case "PERCENTAGE": return isNumber(text, in: 0...100) ? nil : "value_not_percentage"
    case "UNIT_INTERVAL": return isNumber(text, in: 0...1) ? nil : "value_not_unit_interval"
    case "BOOLEAN": return ["true", "false"].contains(text.lowercased()) ? nil : "value_not_bool"
    case "TRUE_ONLY": return text.lowercased() == "true" ? nil : "value_not_true_only"
    case "DATE": return text.count == 10 && CalendarDate(text) != nil ? nil : "value_not_valid_date"
    default: return text.count > 50_000 ? "value_length_greater_than_max_length" : nil
    }
  }

  /// Whether values of a type are numbers (ValueType.isNumeric).
  static func isNumeric(_ type: String) -> Bool {
    type == "NUMBER" || type == "PERCENTAGE" || type == "UNIT_INTERVAL" || type.hasPrefix("INTEGER")
  }

  /// The text as it is stored: short words for yes and no are taken, and from 2.43 on whole numbers lose `.0`
  /// (ValidationUtils.normalizeBoolean, DefaultDataEntryService.normalizeValue).
  static func normalized(_ text: String, type: String, version: DHIS2Version) -> String {
    if type == "BOOLEAN" || type == "TRUE_ONLY" {
      switch text.lowercased() {
      case "1", "t", "true", "y", "yes": return "true"
      case "0", "f", "false", "n", "no": return "false"
      default: return text
      }
    }
    if version >= .v2_43, type.hasPrefix("INTEGER"), text.hasSuffix(".0") { return String(text.dropLast(2)) }
    return text
  }

  /// The reason as ≤2.42 words it (i18n, English).
  static func inWords(_ problem: String) -> String {
    switch problem {
    case "value_not_numeric": "Data value is not numeric"
    case "value_not_bool": "Data value is not a boolean"
    case "value_not_true_only": "Data value is not true"
    case "value_length_greater_than_max_length": "Data value length is greater than max length"
    default:
      "Data value is not a \(problem.dropFirst("value_not_".count).split(separator: "_").joined(separator: " "))"
    }
  }

  /// `^(-?0|-?[1-9]\d*)(\.\d+)?$`, shorter than 250 characters.
  static func isNumber(_ text: String) -> Bool {
    guard text.utf8.count < 250 else { return false }
    var bytes = Array(text.utf8)[...]
    if bytes.first == UInt8(ascii: "-") { bytes.removeFirst() }
    let whole = bytes.prefix { isDigit($0) }
    guard !whole.isEmpty, whole.count == 1 || whole.first != UInt8(ascii: "0") else { return false }
    bytes = bytes.dropFirst(whole.count)
    guard !bytes.isEmpty else { return true }
    return bytes.first == UInt8(ascii: ".") && bytes.count > 1 && bytes.dropFirst().allSatisfy(isDigit)
  }

  private static func isNumber(_ text: String, in range: ClosedRange<Double>) -> Bool {
    isNumber(text) && Double(text).map(range.contains) ?? false
  }

  /// `^(0|-?[1-9]\d*)$` in 32 bits.
  private static func isInteger(_ text: String) -> Bool {
    guard let number = Int32(text), !text.hasPrefix("+") else { return false }
    return String(number) == text
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

  /// `^0(\.0*)?$`.
  static func isZero(_ text: String) -> Bool {
    guard text.hasPrefix("0") else { return false }
    let rest = text.dropFirst()
    return rest.isEmpty || (rest.hasPrefix(".") && rest.dropFirst().allSatisfy { $0 == "0" })
  }
}
