import FlowKit
import FoundationEssentials
import JSON
import PrefectAPI
import Testing

@testable import Deployments

/// Declared now, declared when last deployed, and what the server has.
@Suite("Schedules that people set stay as they set them") struct ScheduleMergeTests {
  private func cron(_ hour: Int, active: Bool = true, slug: String? = nil) -> ScheduleRecord {
    ScheduleRecord(Deployment.Schedule.cron("0 \(hour) * * *", timezone: "UTC", active: active, slug: slug))
  }

  private func merge(
    _ declared: [ScheduleRecord], last: [ScheduleRecord]?, existing: [ScheduleRecord]
  ) -> ScheduleMerge.Outcome {
    ScheduleMerge(declared: declared, last: last, existing: existing).merge()
  }

  @Test("Nothing changed: nothing is done")
  func unchanged() {
    let both = [cron(6), cron(7, slug: "b")]
    #expect(merge(both, last: both, existing: both.reversed()) == .init(target: nil))
    #expect(merge([], last: [], existing: []) == .init(target: nil))
  }

  @Test("A pause stays, and is told")
  func paused() {
    let outcome = merge([cron(6)], last: [cron(6)], existing: [cron(6, active: false)])
    #expect(outcome.target == nil)
    #expect(outcome.drift == ["schedule \"cron 0 6 * * * UTC\" was paused on the server"])
  }

  @Test("A pause stays where the code changes the time of the schedule")
  func pausedAndChanged() {
    let slugged = merge(
      [cron(8, slug: "a")], last: [cron(6, slug: "a")], existing: [cron(6, active: false, slug: "a")])
    #expect(slugged.target == [cron(8, active: false, slug: "a")])
    let bare = merge([cron(8)], last: [cron(6)], existing: [cron(6, active: false)])
    #expect(bare.target == [cron(8, active: false)])
    #expect(bare.drift == ["schedule \"cron 0 8 * * * UTC\" was paused on the server"])
  }

  @Test("A schedule that somebody set, changed or removed stays so")
  func setByHand() {
    let set = merge([cron(6)], last: [cron(6)], existing: [cron(9)])
    #expect(set.target == nil)
    #expect(
      set.drift == [
        "schedule \"cron 0 6 * * * UTC\" is not on the server",
        "schedule \"cron 0 9 * * * UTC\" was set on the server",
      ])
    let changed = merge(
      [cron(6, slug: "a")], last: [cron(6, slug: "a")], existing: [cron(9, slug: "a")])
    #expect(changed.target == nil)
    #expect(
      changed.drift == ["schedule a (cron 0 6 * * * UTC) was changed on the server to a (cron 0 9 * * * UTC)"]
    )
  }

  @Test("The code's change does not undo what somebody did to the same schedule")
  func conflicts() {
    let cleared = merge([cron(8)], last: [cron(6)], existing: [])
    #expect(cleared.target == nil)
    #expect(
      cleared.drift == ["schedule \"cron 0 6 * * * UTC\" was removed on the server and is not made again"])
    let replaced = merge([cron(8)], last: [cron(6)], existing: [cron(9)])
    #expect(replaced.target == nil)
    #expect(replaced.drift.count == 2)
    let changed = merge(
      [cron(8, slug: "a")], last: [cron(6, slug: "a")], existing: [cron(9, slug: "a")])
    #expect(changed.target == nil)
    let removed = merge([], last: [cron(6, slug: "a")], existing: [cron(9, slug: "a")])
    #expect(removed.target == nil)
    #expect(removed.drift[0].hasSuffix("and is not removed"))
  }

  @Test("What the code changes is changed, beside what people set")
  func changes() {
    let outcome = merge(
      [cron(6, slug: "a"), cron(7, slug: "new")], last: [cron(6, slug: "a"), cron(5, slug: "old")],
      existing: [cron(6, active: false, slug: "a"), cron(5, slug: "old"), cron(12)])
    #expect(
      outcome.target == [cron(6, active: false, slug: "a"), cron(7, slug: "new"), cron(12)])
    #expect(outcome.drift.count == 2)
  }

  @Test("What the code pauses is paused, and what it resumes is resumed if it was the code that paused it")
  func pausedByCode() {
    #expect(
      merge([cron(6, active: false)], last: [cron(6)], existing: [cron(6)]).target == [cron(6, active: false)]
    )
    #expect(
      merge([cron(6)], last: [cron(6, active: false)], existing: [cron(6, active: false)]).target == [cron(6)]
    )
    // The code had it active and declares other parameters; somebody paused it in between.
    var other = cron(6)
    other.parameters = ["a": 1]
    #expect(merge([other], last: [cron(6)], existing: [cron(6, active: false)]).target?[0].active == false)
  }

  @Test("A schedule that was renamed keeps what people set")
  func renamed() {
    var now = cron(6, slug: "new")
    now.replaces = "old"
    let outcome = merge([now], last: [cron(6, slug: "old")], existing: [cron(6, active: false, slug: "old")])
    #expect(outcome.target?.map(\.slug) == ["new"])
    #expect(outcome.target?.map(\.active) == [false])
  }

  @Test("A deployment that somebody else made keeps its schedules; one without gets those declared")
  func adopted() {
    #expect(merge([cron(6)], last: nil, existing: []).target == [cron(6)])
    #expect(merge([cron(6)], last: nil, existing: [cron(6)]) == .init(target: nil))
    let foreign = merge([cron(6)], last: nil, existing: [cron(9)])
    #expect(foreign.target == nil)
    #expect(foreign.drift.count == 2)
  }

  @Test("A reset makes schedules as declared, and does nothing where they are")
  func reset() {
    let merge = ScheduleMerge(
      declared: [cron(6)], last: [cron(6)], existing: [cron(6, active: false), cron(9)])
    #expect(merge.reset() == .init(target: [cron(6)]))
    #expect(
      ScheduleMerge(declared: [cron(6)], last: nil, existing: [cron(6)]).reset() == .init(target: nil))
  }

  @Test("An anchor, a time zone and a beginning that the server puts in make no difference")
  func normalForms() throws {
    let every = ScheduleRecord(Deployment.Schedule.every(.seconds(60)))
    var stored = every
    stored.schedule = .interval(seconds: 60, anchor: .init(timeIntervalSince1970: 0), timezone: "UTC")
    #expect(merge([every], last: [every], existing: [stored]) == .init(target: nil))
    let rule = ScheduleRecord(Deployment.Schedule.rrule("FREQ=DAILY"))
    var withStart = rule
    withStart.schedule = .rrule("DTSTART:20200101T000000\nRRULE:FREQ=DAILY", timezone: "UTC")
    #expect(merge([rule], last: [rule], existing: [withStart]) == .init(target: nil))
    // A change of the period goes on from the same anchor.
    let slower = ScheduleRecord(Deployment.Schedule.every(.seconds(120)))
    #expect(
      merge([slower], last: [every], existing: [stored]).target?[0].schedule
        == .interval(seconds: 120, anchor: .init(timeIntervalSince1970: 0)))
  }

  @Test("What is remembered in a label is read back")
  func memory() throws {
    var records = [
      cron(6, active: false, slug: "a"), ScheduleRecord(Deployment.Schedule.rrule("FREQ=DAILY")),
    ]
    records.append(
      ScheduleRecord(
        Deployment.Schedule.every(.seconds(90), anchor: "2026-01-01T00:00:00Z", parameters: ["x": [1, "y"]])))
    let labels = DeploymentLabels(project: "p", environment: "prod", schedules: records, paused: false)
    #expect(DeploymentLabels(labels.json) == labels)
    #expect(DeploymentLabels(["prefect.flow.id": "x"]) == nil)
  }
}

@Suite("The pause of a deployment") struct PauseMergeTests {
  @Test(
    "It is the code's, unless somebody said otherwise",
    arguments: [
      // declared, last, existing -> target
      (nil, nil, true, true), (nil, true, true, true), (true, nil, false, true), (true, true, false, false),
      (false, true, true, false), (false, nil, true, true), (false, false, true, true),
      (true, false, true, true),
    ] as [(Bool?, Bool?, Bool, Bool)])
  func table(declared: Bool?, last: Bool?, existing: Bool, target: Bool) {
    let merge = PauseMerge(declared: declared, last: last, existing: existing)
    #expect(merge.target == target)
    #expect(merge.drift.isEmpty == ((declared ?? false) == target))
  }
}
