import FlowKit
import JSON

extension ManifestReader {
  private static let settings = ["active", "parameters", "slug", "replaces", "max_scheduled_runs"]
  private static let rules = ["cron", "interval", "rrule", "timezone", "anchor_date", "day_or"]

  /// A schedule in either of Prefect's forms: all in one mapping, or the rule in a mapping of its own. Nil for
  /// Prefect's way to write that there is none: a mapping that is empty, or whose values are.
  func schedule(_ value: ManifestValue) throws -> Deployment.Schedule? {
    if let members = value.members, members.allSatisfy(\.value.isNull) { return nil }
    if value["schedule"]?.members?.isEmpty == true { return nil }
    if let limit = value["max_scheduled_runs"], !limit.isNull {
      throw problem(
        limit, "max_scheduled_runs has no effect",
        "Prefect's server keeps it and never looks at it: leave it out.")
    }
    let isNested = value["schedule"] != nil
    let outer = try members(
      value, of: "a schedule", known: isNested ? ["schedule"] + Self.settings : Self.rules + Self.settings)
    let rules =
      try outer["schedule"].map { try members($0, of: "a schedule", known: Self.rules) } ?? outer
    var schedule = Deployment.Schedule(
      try rule(rules, value), timezone: try rules["timezone"].flatMap { try text($0, "timezone") },
      active: try outer["active"].flatMap { try flag($0, "active") } ?? true,
      parameters: try outer["parameters"].map(parameters) ?? [:],
      slug: try outer["slug"].flatMap { try text($0, "slug") })
    schedule.replaces = try outer["replaces"].flatMap { try text($0, "replaces") }
    if let problem = ScheduleCheck.problem(schedule) { throw self.problem(value, problem) }
    return schedule
  }

  private func rule(
    _ members: [String: ManifestValue], _ value: ManifestValue
  ) throws -> Deployment.Schedule.Rule {
    let given = ["cron", "interval", "rrule"].filter { members[$0]?.isNull == false }
    guard given.count == 1, let key = given.first, let rule = members[key] else {
      throw problem(
        value,
        given.isEmpty
          ? "a schedule has none of cron, interval and rrule"
          : "a schedule has both \(given.joined(separator: " and "))")
    }
    if let other = members["anchor_date"], !other.isNull, key != "interval" {
      throw problem(other, "anchor_date belongs to an interval")
    }
    if let other = members["day_or"], !other.isNull, key != "cron" {
      throw problem(other, "day_or belongs to a cron expression")
    }
    switch key {
    case "cron":
      return .cron(
        try text(rule, key) ?? "", dayOr: try members["day_or"].flatMap { try flag($0, "day_or") } ?? true)
    case "interval":
      guard let seconds = rule.scalar?.double ?? rule.scalar?.string.flatMap(ISODuration.seconds) else {
        throw problem(
          rule, "interval must be a number of seconds or a duration such as PT15M or P1D, not \(rule.json)")
      }
      return .interval(
        seconds: seconds, anchor: try members["anchor_date"].flatMap { try text($0, "anchor_date") })
    default: return .rrule(try text(rule, key) ?? "")
    }
  }
}
