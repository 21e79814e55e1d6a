import FlowKit
import Foundation
import PrefectAPI

/// What the server would refuse of a schedule, or take and never run.
enum ScheduleCheck {
  /// What is wrong, as a sentence without its subject's place; nil where it is well.
  static func problem(_ schedule: Deployment.Schedule) -> String? {
    switch schedule.rule {
    case .cron(let text, _):
      if let problem = CronExpression.problem(text) { return "the cron expression \"\(text)\" \(problem)" }
    case .interval(let seconds, let anchor):
      // Prefect's own bound: a schedule has to move on.
      guard seconds > 0, seconds.isFinite else {
        return "the interval \(seconds) is not longer than 0 seconds"
      }
      if let anchor, WireDate.date(anchor) == nil {
        return "the anchor_date \"\(anchor)\" is no moment such as 2026-01-01T00:00:00Z"
      }
    case .rrule(let text):
      if let problem = RecurrenceRule.problem(text) { return "the rule \"\(text)\" \(problem)" }
    }
    if let zone = schedule.timezone, !isTimeZone(zone) {
      return "there is no time zone \"\(zone)\"; they are named as Europe/Oslo or UTC"
    }
    if let slug = schedule.slug, slug.isEmpty { return "the slug is empty" }
    return nil
  }

  /// Whether a name is one of the IANA database, which is all that the server knows.
  static func isTimeZone(_ name: String) -> Bool {
    name.wholeMatch(of: /[A-Za-z_]+(\/[A-Za-z0-9_+\-]+)*/) != nil && TimeZone(identifier: name) != nil
  }
}
