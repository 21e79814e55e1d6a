internal import Essentials

/// The unit of a time coordinate by the CF conventions (section 4.4): `hours since 1900-01-01 00:00:00.0`.
package struct CFTime: Sendable, Hashable {
  /// Seconds in one unit.
  package let unit: Double
  /// The origin, in seconds since 1970-01-01 UTC.
  package let origin: Double

  /// Nil where the text is no unit of time since a moment, which is how time coordinates are told from others.
  package init?(_ text: String) {
    var words = text.split(whereSeparator: { $0 == " " || $0 == "\t" })
    // A date and a time may be joined by a T.
    if words.count >= 3 { words.replaceSubrange(2...2, with: words[2].split(separator: "T")) }
    guard words.count >= 3, words[1].lowercased() == "since",
      let unit = Self.seconds(in: words[0].lowercased())
    else { return nil }
    let digits = words[2].split(separator: "-").compactMap { Int($0) }
    guard digits.count == 3, let day = CalendarDate(year: digits[0], month: digits[1], day: digits[2]) else {
      return nil
    }
    var seconds = Double(day.daysSinceEpoch) * 86_400
    for word in words.dropFirst(3) {
      guard let part = Self.clock(word) else { return nil }
      seconds += part
    }
    self.unit = unit
    origin = seconds
  }

  /// The moment of a coordinate value, to the whole second; seconds since 1970-01-01 UTC.
  package func epochSeconds(_ value: Double) -> Int { Int((origin + value * unit).rounded()) }

  private static func seconds(in unit: String) -> Double? {
    switch unit {
    case "days", "day", "d": 86_400
    case "hours", "hour", "hrs", "hr", "h": 3600
    case "minutes", "minute", "mins", "min": 60
    case "seconds", "second", "secs", "sec", "s": 1
    case "milliseconds", "millisecond", "msec", "ms": 0.001
    default: nil
    }
  }

  /// The seconds that a time of day, `Z`, `UTC` or an offset like `+03:00` adds to the origin.
  private static func clock(_ word: Substring) -> Double? {
    var text = word
    if text.hasSuffix("Z") { text = text.dropLast() }
    if text.isEmpty || text == "UTC" || text == "GMT" { return 0 }
    var sign = 1.0
    let isOffset = text.hasPrefix("+") || text.hasPrefix("-")
    if isOffset {
      // A zone ahead of UTC reads later than UTC, so its offset is taken away.
      sign = text.hasPrefix("+") ? -1 : 1
      text = text.dropFirst()
    }
    var parts = text.split(separator: ":").map { Double($0) }
    // An offset may be written without a colon: +0530.
    if isOffset, parts.count == 1, text.utf8.count > 2, let packed = Int(text) {
      parts = [Double(packed / 100), Double(packed % 100)]
    }
    guard (1...3).contains(parts.count) else { return nil }
    var seconds = 0.0
    for (part, (scale, limit)) in zip(parts, [(3600.0, 25.0), (60, 60), (1, 61)]) {
      guard let part, part >= 0, part < limit else { return nil }
      seconds += part * scale
    }
    return sign * seconds
  }
}
