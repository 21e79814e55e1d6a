import FlowKit
import FoundationEssentials
import JSON
import PrefectAPI

/// A schedule, in the form in which what is declared, what was declared and what the server has are compared.
struct ScheduleRecord: Sendable, Equatable {
  var schedule: Prefect.Schedule
  var active: Bool
  var parameters: JSONObject
  var slug: String?
  /// The slug that it had before; of declared ones only.
  var replaces: String?

  init(_ declared: Deployment.Schedule) {
    schedule =
      switch declared.rule {
      case .cron(let text, let dayOr): .cron(text, timezone: declared.timezone, dayOr: dayOr)
      case .interval(let seconds, let anchor):
        .interval(seconds: seconds, anchor: anchor.flatMap(WireDate.date), timezone: declared.timezone)
      case .rrule(let text): .rrule(text, timezone: declared.timezone)
      }
    active = declared.active
    parameters = declared.parameters
    slug = declared.slug
    replaces = declared.replaces
  }

  init(_ existing: Prefect.DeploymentSchedule) {
    schedule = existing.schedule
    active = existing.active
    parameters = existing.parameters
    slug = existing.slug
  }

  /// As it is kept in a label; nil where that is none of ours.
  init?(memory: JSONValue) {
    guard let document = memory["schedule"], let schedule = try? Prefect.Schedule(wire: document),
      let active = memory["active"]?.bool
    else { return nil }
    self.schedule = schedule
    self.active = active
    parameters = memory["parameters"]?.object ?? [:]
    slug = memory["slug"]?.string
  }

  var memory: JSONValue {
    var document: JSONObject = [
      "schedule": (try? schedule.wireDocument()) ?? .null, "active": .bool(active),
    ]
    if !parameters.isEmpty { document["parameters"] = .object(parameters) }
    document["slug"] = slug.map { .string($0) }
    return .object(document)
  }

  var create: Prefect.DeploymentScheduleCreate {
    Prefect.DeploymentScheduleCreate(schedule, active: active, parameters: parameters, slug: slug)
  }

  /// Whether both run at the same times with the same parameters. An anchor that one does not say is the other's.
  func runsLike(_ other: ScheduleRecord) -> Bool {
    Self.isSame(schedule, other.schedule) && parameters == other.parameters
  }

  func isSame(as other: ScheduleRecord) -> Bool {
    runsLike(other) && active == other.active && slug == other.slug
  }

  /// Whether both are the same schedule, perhaps changed since: by the slug, or without one by the rule.
  func isCounterpart(of other: ScheduleRecord) -> Bool {
    if slug != nil || other.slug != nil { return slug == other.slug }
    return Self.isSame(schedule, other.schedule)
  }

  private static func isSame(_ left: Prefect.Schedule, _ right: Prefect.Schedule) -> Bool {
    switch (left, right) {
    case (.cron(let text, let zone, let dayOr), .cron(let otherText, let otherZone, let otherDayOr)):
      text == otherText && (zone ?? "UTC") == (otherZone ?? "UTC") && dayOr == otherDayOr
    case (.interval(let seconds, let anchor, let zone), .interval(let others, let otherAnchor, let otherZone)):
      seconds == others && (zone ?? "UTC") == (otherZone ?? "UTC")
        && (anchor == nil || otherAnchor == nil || anchor == otherAnchor)
    case (.rrule(let text, let zone), .rrule(let otherText, let otherZone)):
      bare(text) == bare(otherText) && (zone ?? "UTC") == (otherZone ?? "UTC")
    case (.other(let document), .other(let otherDocument)): document == otherDocument
    default: false
    }
  }

  /// A rule without the beginning that client and server put before it.
  private static func bare(_ rule: String) -> String {
    var lines = rule.split(whereSeparator: \.isNewline).map(String.init)
    lines.removeAll { $0 == "DTSTART:20200101T000000" }
    return lines.map { $0.hasPrefix("RRULE:") ? String($0.dropFirst(6)) : $0 }.joined(separator: "\n")
  }
}

extension ScheduleRecord: CustomStringConvertible {
  var description: String {
    let rule =
      switch schedule {
      case .cron(let text, let zone, _): "cron \(text)\(zone.map { " \($0)" } ?? "")"
      case .interval(let seconds, _, let zone):
        "interval \(seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)") s\(zone.map { " \($0)" } ?? "")"
      case .rrule(let text, let zone):
        "rrule \(Self.bare(text))\(zone.map { " \($0)" } ?? "")"
      case .other(let document): document.text()
      }
    return slug.map { "\($0) (\(rule))" } ?? "\"\(rule)\""
  }
}
