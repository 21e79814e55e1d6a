/// A Swift property's name as a member's name on the wire.
public enum WireName {
  /// `flowRunID` as `flow_run_id`, `logoURL` as `logo_url`; names that have no capitals stay as they are.
  public static func snakeCase(_ name: String) -> String {
    let letters = Array(name.utf8)
    guard letters.contains(where: isUpper) else { return name }
    var result: [UInt8] = []
    result.reserveCapacity(letters.count + 4)
    for (index, letter) in letters.enumerated() {
      guard isUpper(letter) else {
        result.append(letter)
        continue
      }
      let followsWord = index > 0 && !isUpper(letters[index - 1])
      let startsWord = index > 0 && index + 1 < letters.count && !isUpper(letters[index + 1])
      if followsWord || startsWord { result.append(UInt8(ascii: "_")) }
      result.append(letter + 32)
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func isUpper(_ letter: UInt8) -> Bool { (65...90).contains(letter) }
}
