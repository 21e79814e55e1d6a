internal import Essentials

/// The unit of a time coordinate by the CF conventions (section 4.4): `hours since 1900-01-01 00:00:00.0`.
package struct CFTime: Sendable, Hashable {
  /// Seconds in one unit.
  package let unit: Double
  /// The origin, in seconds since 1970-01-01 UTC.
  package let origin: Double

  /// Nil where the text is no unit of time since a moment, which is how time coordinates are told from others.
  package init?(_ text: String, calendar: CFCalendar = .prolepticGregorian) {
    var words = text.split(whereSeparator: { $0 == " " || $0 == "\t" })
    // A date and a time may be joined by a T.
    if words.count >= 3 {
      words.replaceSubrange(2...2, with: words[2].split(whereSeparator: { $0 == "T" || $0 == "t" }))
    }
    guard words.count >= 3, words[1].lowercased() == "since",
      let unit = Self.seconds(in: words[0].lowercased())
    else { return nil }
    // A minus before the year would be taken for a hyphen.
    let digits = words[2].hasPrefix("-") ? [] : words[2].split(separator: "-").compactMap { Int($0) }
    guard digits.count == 3,
      let days = calendar.daysSinceEpoch(year: digits[0], month: digits[1], day: digits[2])
    else { return nil }
    var seconds = Double(days) * 86_400
    for word in words.dropFirst(3) {
      guard let part = Self.clock(word.lowercased()) else { return nil }
      seconds += part
    }
    self.unit = unit
    origin = seconds
  }

  /// The moment of a coordinate value, to the whole second; seconds since 1970-01-01 UTC.
  package func epochSeconds(_ value: Double) -> Int { Int((origin + value * unit).rounded()) }

  /// Why a coordinate whose unit is one since a moment cannot be read; nil where it can, and for other units.
  static func refusal(of variable: NetCDFVariable, in file: NetCDFFile) -> ClimateFailure? {
    let units = variable.text("units") ?? ""
    guard units.lowercased().contains(" since "), CFTime(units, calendar: .mixed) == nil,
      CFTime(units) == nil
    else { return nil }
    return ClimateFailure(
      "\(variable.name) of \(file.name) counts in \"\(units)\", which is not understood",
      remedy: "Weeks, days, hours, minutes, seconds and parts of seconds since a date and time of day are.")
  }

  private static func seconds(in unit: String) -> Double? {
    switch unit {
    case "weeks", "week": 604_800
    case "days", "day", "d": 86_400
    case "hours", "hour", "hrs", "hr", "h": 3600
    case "minutes", "minute", "mins", "min": 60
    case "seconds", "second", "secs", "sec", "s": 1
    case "milliseconds", "millisecond", "msec", "ms": 1e-3
    case "microseconds", "microsecond", "us": 1e-6
    case "nanoseconds", "nanosecond", "ns": 1e-9
    default: nil
    }
  }

  /// The seconds that a time of day, `z`, `utc` or an offset like `+03:00` adds to the origin, or a time of day with one
  /// of these behind it.
  private static func clock(_ word: String) -> Double? {
    var text = Substring(word)
    for zone in ["z", "utc", "gmt"] where text.hasSuffix(zone) { text = text.dropLast(zone.count) }
    if text.isEmpty { return 0 }
    if let sign = text.lastIndex(where: { $0 == "+" || $0 == "-" }), sign > text.startIndex {
      guard let time = sum(text[..<sign]), let offset = offset(text[sign...]) else { return nil }
      return time + offset
    }
    return text.hasPrefix("+") || text.hasPrefix("-") ? offset(text) : sum(text)
  }

  /// A zone ahead of UTC reads later than UTC, so its offset is taken away.
  private static func offset(_ text: Substring) -> Double? {
    let digits = text.dropFirst()
    // It may be written without a colon: +0530.
    let seconds =
      digits.utf8.count > 2 && !digits.contains(":")
      ? Int(digits).flatMap { sum("\($0 / 100):\($0 % 100)") } : sum(digits)
    return seconds.map { text.hasPrefix("+") ? -$0 : $0 }
  }

  /// `hh`, `hh:mm` or `hh:mm:ss`.
  private static func sum(_ text: Substring) -> Double? {
    let parts = text.split(separator: ":").map { Double($0) }
    guard (1...3).contains(parts.count) else { return nil }
    var seconds = 0.0
    for (part, (scale, limit)) in zip(parts, [(3600.0, 25.0), (60, 60), (1, 61)]) {
      guard let part, part >= 0, part < limit else { return nil }
      seconds += part * scale
    }
    return seconds
  }
}
