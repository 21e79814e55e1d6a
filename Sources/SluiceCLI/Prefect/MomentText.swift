import Deployments
import Foundation
import PrefectAPI

/// Times and lengths of time as they stand on a command line.
enum MomentText {
  /// `2026-11-21T09:00:00+01:00`; UTC where it has no offset. Seconds may be left out.
  static func date(_ text: String, option: String) throws -> Date {
    for candidate in [text, "\(text):00", "\(text)T00:00:00"] {
      if let date = WireDate.date(candidate) { return date }
    }
    throw UsageError("\(option) \(text): expected a time such as 2026-11-21T09:00:00Z")
  }

  /// `90`, `90s`, `10m`, `2h`, `1d`, or ISO 8601's `PT10M`.
  static func seconds(_ text: String, option: String) throws -> Double {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
    if let number = Double(text), number.isFinite { return number }
    if let last = text.last, let unit = units[last], let number = Double(text.dropLast()), number.isFinite {
      return number * unit
    }
    if let seconds = ISODuration.seconds(text) { return seconds }
    throw UsageError("\(option) \(text): expected a length of time such as 90s, 10m, 2h, 1d or PT10M")
  }
}
