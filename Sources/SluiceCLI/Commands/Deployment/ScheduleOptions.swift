import ArgumentParser
import Deployments
import FlowKit
import JSON
import PrefectAPI

/// A schedule as it stands on a command line.
struct ScheduleOptions: ParsableArguments {
  @Option(help: "A cron expression of 5 fields, or 6 with the seconds last.")
  var cron: String?
  @Option(help: "How often: seconds, 10m, 2h, 1d or PT10M.")
  var interval: String?
  @Option(
    help: "A recurrence rule of iCalendar (RFC 5545); or, as JSON, {\"rrule\": ..., \"timezone\": ...}.")
  var rrule: String?
  @Option(
    name: [.customLong("interval-anchor"), .customLong("anchor-date")],
    help: "A time that the intervals are counted from.")
  var intervalAnchor: String?
  @Flag(
    name: [.customLong("day-or"), .customLong("day_or")], inversion: .prefixedNo,
    help: "Whether a day has to fit the day of the month or the weekday of a cron expression, or both.")
  var dayOr = true
  @Option(name: [.customLong("timezone"), .customLong("tz")], help: "A time zone, such as Europe/Oslo.")
  var timezone: String?
  @Flag(inversion: .prefixedNo, help: "Whether it makes runs.")
  var active = true
  @Option(help: "A name for the schedule within its deployment.")
  var slug: String?
  @Option(
    name: [.customShort("p"), .customLong("param")],
    help: ArgumentHelp(
      "A parameter of the runs it makes, over the deployment's; more than once.", valueName: "key=value"))
  var parameter: [String] = []

  func validate() throws {
    guard [cron, interval, rrule].count(where: { $0 != nil }) == 1 else {
      throw ValidationError("give one of --cron, --interval and --rrule")
    }
    if intervalAnchor != nil, interval == nil {
      throw ValidationError("--interval-anchor belongs to --interval")
    }
    if !dayOr, cron == nil { throw ValidationError("--no-day-or belongs to --cron") }
  }

  /// The schedule, its parameters checked by the deployment's schema.
  func schedule(for deployment: Prefect.Deployment, named name: String) throws
    -> Prefect.DeploymentScheduleCreate
  {
    let parameters = try GivenParameters.read(pairs: parameter)
    try GivenParameters.check(parameters, of: deployment, named: name)
    let rule: FlowKit.Deployment.Schedule.Rule
    var timezone = timezone
    if let cron {
      rule = .cron(cron, dayOr: dayOr)
    } else if let interval {
      rule = .interval(
        seconds: try MomentText.seconds(interval, option: "--interval"),
        anchor: try intervalAnchor.map { WireDate.text(try MomentText.date($0, option: "--interval-anchor")) }
      )
    } else {
      let document = rrule.flatMap { try? JSONValue(parsing: $0).object }
      rule = .rrule(document.map { $0["rrule"]?.string ?? "" } ?? rrule ?? "")
      timezone = timezone ?? document?["timezone"]?.string
    }
    return try Prefect.DeploymentScheduleCreate(
      checking: FlowKit.Deployment.Schedule(
        rule, timezone: timezone, active: active, parameters: parameters, slug: slug))
  }
}
