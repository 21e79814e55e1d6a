import Deployments
import Foundation
import PrefectAPI

/// Times and lengths of time as they stand on a command line.
enum MomentText {
  /// `2026-11-21T09:00:00+01:00`; UTC where it has no offset. Seconds may be left out. Where a moment is given, also a time
  /// of day, `17:30` or `5:30pm`, which is the next such after it, and `today` or `tomorrow` with one.
  static func date(_ text: String, option: String, now: Date? = nil) throws -> Date {
    for candidate in [text, "\(text):00", "\(text)T00:00:00"] {
      if let date = WireDate.date(candidate) { return date }
    }
    if let now, let date = timeOfDay(text.lowercased(), now: now) { return date }
    throw UsageError("\(option) \(text): expected a time such as 2026-11-21T09:00:00Z")
  }

  private static func timeOfDay(_ text: String, now: Date) -> Date? {
    let pattern = /(?:at )?(?:(today|tomorrow),? ?)?(?:at )?(\d{1,2})(?::(\d{2}))?(?::(\d{2}))? ?(am|pm)?/
    guard let match = text.wholeMatch(of: pattern), var hour = Int(match.2),
      match.3 != nil || match.5 != nil
    else { return nil }
    if let half = match.5 {
      guard (1...12).contains(hour) else { return nil }
      hour = hour % 12 + (half == "pm" ? 12 : 0)
    }
    let (minute, second) = (match.3.flatMap { Int($0) } ?? 0, match.4.flatMap { Int($0) } ?? 0)
    guard hour < 24, minute < 60, second < 60 else { return nil }
    let day: Double = 86_400
    let midnight = (now.timeIntervalSince1970 / day).rounded(.down) * day
    let moment = Date(timeIntervalSince1970: midnight + Double(hour * 3600 + minute * 60 + second))
    switch match.1 {
    case "tomorrow": return moment.addingTimeInterval(day)
    case "today": return moment
    default: return moment < now ? moment.addingTimeInterval(day) : moment
    }
  }

  /// `90`, `90s`, `10m`, `2h`, `1d`, ISO 8601's `PT10M`, or in words: `5 minutes`, `1 hour 30 minutes`.
  static func seconds(_ text: String, option: String) throws -> Double {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
    if let number = Double(text), number.isFinite { return number }
    if let last = text.last, let unit = units[last], let number = Double(text.dropLast()), number.isFinite {
      return number * unit
    }
    if let seconds = ISODuration.seconds(text) ?? inWords(text.lowercased()) { return seconds }
    throw UsageError("\(option) \(text): expected a length of time such as 90s, 10m, 2h, 1d or PT10M")
  }

  private static func inWords(_ text: String) -> Double? {
    let units = [
      "second": 1.0, "sec": 1, "minute": 60, "min": 60, "hour": 3600, "day": 86_400, "week": 604_800,
    ]
    let words = text.hasPrefix("in ") ? String(text.dropFirst(3)) : text
    guard words.wholeMatch(of: /(?:\d+(?:\.\d+)? ?[a-z]+(?:,? (?:and )?)?)+/) != nil else { return nil }
    var seconds = 0.0
    for part in words.matches(of: /(\d+(?:\.\d+)?) ?([a-z]+)/) {
      let name = part.2.hasSuffix("s") ? String(part.2.dropLast()) : String(part.2)
      guard let number = Double(part.1), let unit = units[name] else { return nil }
      seconds += number * unit
    }
    return seconds
  }
}
