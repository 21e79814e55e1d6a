import FlowKit
import Testing

@testable import Deployments

@Suite("What the server takes as a schedule") struct ScheduleSyntaxTests {
  @Test(
    "Cron expressions that croniter takes are taken",
    arguments: [
      "0 9 * * *", "*/15 * * * *", "5/15 * * * *", "0 0 * * sun", "0 0 1 jan *", "0 0 * * 7", "0 0 L * *",
      "0 0 * * L5", "0 0 * * 5#2", "0 22-2 * * *", "0 0 ? * MON-FRI", "1,2,3 * * * *", "0 0 1-15/2 * *",
      "@daily", "@hourly", "*/5 * * * * *", "0 0 31 2 *", "0  6 * * *",
    ])
  func goodCron(text: String) { #expect(CronExpression.problem(text) == nil) }

  @Test(
    "Others are refused",
    arguments: [
      ("0 6 * *", "has 4 fields"), ("", "has 0 fields"), ("* * * * * * *", "has 7 fields"),
      ("60 * * * *", "\"60\" as its minute"), ("0 24 * * *", "\"24\" as its hour"),
      ("0 0 0 * *", "\"0\" as its day"), ("0 0 * 13 *", "\"13\" as its month"),
      ("0 0 * * 8", "\"8\" as its weekday"), ("H H * * *", "\"H\" as its minute"),
      ("R R * * *", "\"R\" as its minute"), ("0 0 15W * *", "\"15W\" as its day"),
      ("@reboot", "is not one of"),
      ("@every 5m", "is not one of"), ("*/0 * * * *", "\"*/0\" as its minute"),
      ("1,,2 * * * *", "as its minute"),
      ("0 0 * * 5#6", "as its weekday"), ("? * * * *", "as its minute"), ("0 0 * * * 60", "as its second"),
      ("bad", "has 1 fields"), ("0 ９ * * *", "as its hour"),
    ])
  func badCron(text: String, problem: String) {
    #expect(
      CronExpression.problem(text)?.contains(problem) == true, "\(CronExpression.problem(text) ?? "taken")")
  }

  @Test(
    "Durations of ISO 8601",
    arguments: [
      ("PT15M", 900), ("P1D", 86400), ("P2W", 1_209_600), ("P1DT12H", 129_600), ("PT1H30M", 5400),
      ("PT0.5S", 0.5), ("PT1H0M10S", 3610),
    ])
  func durations(text: String, seconds: Double) { #expect(ISODuration.seconds(text) == seconds) }

  @Test(
    "What is no duration, or has no length of its own",
    arguments: ["", "P", "PT", "P1DT", "15M", "P1M", "P1Y", "PT-1H", "1 hour", "P1W2D", "pt15m"])
  func noDurations(text: String) { #expect(ISODuration.seconds(text) == nil) }

  @Test(
    "Recurrence rules",
    arguments: [
      "FREQ=WEEKLY;BYDAY=MO,WE,FR", "RRULE:FREQ=DAILY;INTERVAL=2;COUNT=10", "freq=monthly;bymonthday=-1",
      "DTSTART:20260101T060000\nRRULE:FREQ=DAILY\nEXDATE:20260104T060000", "FREQ=MONTHLY;BYDAY=+2FR;BYHOUR=7",
      "FREQ=YEARLY;UNTIL=20301231T000000;WKST=MO",
    ])
  func goodRules(text: String) { #expect(RecurrenceRule.problem(text) == nil) }

  @Test(
    "Rules that are none are refused",
    arguments: [
      ("", "has no rule"), ("BYDAY=MO", "does not say FREQ"), ("FREQ=FORTNIGHTLY", "has FREQ=FORTNIGHTLY"),
      ("FREQ=DAILY;COUNT=2;UNTIL=20300101", "says both COUNT and UNTIL"),
      ("FREQ=DAILY;UNTIL=20300101T000000Z", "without the Z"), ("FREQ=DAILY;BYHOUR=24", "has BYHOUR=24"),
      ("FREQ=DAILY;INTERVAL=0", "has INTERVAL=0"), ("FREQ=WEEKLY;BYDAY=MONDAY", "has BYDAY=MONDAY"),
      ("FREQ=DAILY;COLOUR=RED", "has the unknown part COLOUR"), ("FREQ=DAILY;FREQ=DAILY", "says FREQ twice"),
      ("FREQ", "its parts are NAME=VALUE"), ("DTSTART:yesterday\nFREQ=DAILY", "names no moment"),
    ])
  func badRules(text: String, problem: String) {
    #expect(
      RecurrenceRule.problem(text)?.contains(problem) == true, "\(RecurrenceRule.problem(text) ?? "taken")")
  }

  @Test(
    "Time zones are IANA's",
    arguments: [
      ("UTC", true), ("Europe/Oslo", true), ("America/Argentina/Ushuaia", true), ("Etc/GMT+3", true),
      ("Mars/X", false), ("GMT+3", false), ("", false), ("Europe/oslo/..", false),
    ])
  func zones(name: String, isZone: Bool) { #expect(ScheduleCheck.isTimeZone(name) == isZone) }
}
