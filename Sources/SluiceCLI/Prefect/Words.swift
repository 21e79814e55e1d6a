import Foundation
import JSON
import PrefectAPI

/// Values as tables show them.
enum Words {
  /// `in 5 minutes`, `2 hours ago`, `now`; empty where there is no time.
  static func when(_ date: Date?, now: Date = Date()) -> String {
    guard let date else { return "" }
    let seconds = date.timeIntervalSince(now)
    let length = Int(abs(seconds).rounded())
    let (count, unit) =
      switch length {
      case ..<5: (0, "")
      case ..<60: (length, "second")
      case ..<3600: (length / 60, "minute")
      case ..<86400: (length / 3600, "hour")
      default: (length / 86400, "day")
      }
    guard count > 0 else { return "now" }
    let words = "\(count) \(unit)\(count == 1 ? "" : "s")"
    return seconds > 0 ? "in \(words)" : "\(words) ago"
  }

  /// `2026-11-21 00:36:21.636`, in UTC.
  static func time(_ date: Date) -> String {
    String(WireDate.text(date).replacing("T", with: " ").dropLast(4))
  }

  static func schedule(_ schedule: Prefect.Schedule) -> String {
    let (rule, zone) =
      switch schedule {
      case .cron(let text, let zone, let dayOr): ("cron: \(text)\(dayOr ? "" : " (day and weekday)")", zone)
      case .interval(let seconds, _, let zone): ("interval: \(number(seconds)) s", zone)
      case .rrule(let text, let zone): ("rrule: \(text)", zone)
      case .other(let document): (document.text(), nil)
      }
    return zone.map { "\(rule) (\($0))" } ?? rule
  }

  static func number(_ value: Double) -> String {
    value.rounded() == value && abs(value) < 1e15 ? String(Int(value)) : String(value)
  }

  static func number(_ value: Int?) -> String { value.map { String($0) } ?? "" }
}
