import PrefectAPI

/// What becomes of the schedules of a deployment: what is declared, laid over what people did on the server.
///
/// A merge of three: what is declared now, what was declared when it was last deployed, and what the server has.
/// Only what changed in the declaration is changed on the server, and not where somebody changed the same thing there.
struct ScheduleMerge {
  let declared: [ScheduleRecord]
  /// Nil where this project did not deploy it before.
  let last: [ScheduleRecord]?
  let existing: [ScheduleRecord]

  struct Outcome: Equatable {
    /// All schedules that the deployment is to have; nil where they stay as they are.
    var target: [ScheduleRecord]?
    /// What is not as declared and stays so, as sentences.
    var drift: [String] = []
  }

  /// What is declared, whatever somebody did.
  func reset() -> Outcome {
    Outcome(target: isAsDeclared ? nil : declared.map { anchored($0, counterpart($0, in: existing)) })
  }

  func merge() -> Outcome {
    guard let last else { return adopt() }
    if Self.areSame(declared, last) { return Outcome(target: nil, drift: differences) }
    return merge(last)
  }

  /// A deployment that somebody else made: its schedules stay, unless it has none.
  private func adopt() -> Outcome {
    if existing.isEmpty { return Outcome(target: declared.isEmpty ? nil : declared) }
    return Outcome(target: nil, drift: differences)
  }

  private func merge(_ last: [ScheduleRecord]) -> Outcome {
    var outcome = Outcome(target: [])
    var kept: [ScheduleRecord] = []
    var untouched = existing
    func take(_ record: ScheduleRecord) -> ScheduleRecord? {
      guard let place = untouched.firstIndex(where: { $0.isCounterpart(of: record) }) else { return nil }
      return untouched.remove(at: place)
    }
    for (before, now) in Self.pairs(last, declared) {
      switch (before, now) {
      case (let before?, let now?):
        guard let there = take(before) else {
          if let there = take(now) {
            kept.append(there)
          } else {
            outcome.drift.append("schedule \(before) was removed on the server and is not made again")
          }
          continue
        }
        guard there.runsLike(before) else {
          kept.append(there)
          outcome.drift.append("schedule \(before) was changed on the server to \(there)")
          continue
        }
        var next = anchored(now, there)
        if there.active != before.active {
          next.active = there.active
          if next.active != now.active { outcome.drift.append(Self.toggled(next)) }
        }
        kept.append(next)
      case (let before?, nil):
        guard let there = take(before) else { continue }
        if !there.runsLike(before) {
          kept.append(there)
          outcome.drift.append("schedule \(before) was changed on the server to \(there) and is not removed")
        }
      case (nil, let now?):
        guard let there = take(now) else {
          kept.append(now)
          continue
        }
        kept.append(there)
        if !there.runsLike(now) {
          outcome.drift.append("schedule \(now) was set on the server as \(there)")
        } else if there.active != now.active {
          outcome.drift.append(Self.toggled(there))
        }
      case (nil, nil): break
      }
    }
    for there in untouched {
      kept.append(there)
      outcome.drift.append("schedule \(there) was set on the server")
    }
    outcome.target = Self.areSame(kept, existing) ? nil : kept
    return outcome
  }

  /// What differs between what is declared and what the server has.
  private var differences: [String] {
    var drift: [String] = []
    var untouched = existing
    for now in declared {
      guard let place = untouched.firstIndex(where: { $0.isCounterpart(of: now) }) else {
        drift.append("schedule \(now) is not on the server")
        continue
      }
      let there = untouched.remove(at: place)
      if !there.runsLike(now) {
        drift.append("schedule \(now) was changed on the server to \(there)")
      } else if there.active != now.active {
        drift.append(Self.toggled(there))
      }
    }
    return drift + untouched.map { "schedule \($0) was set on the server" }
  }

  private static func toggled(_ there: ScheduleRecord) -> String {
    "schedule \(there) was \(there.active ? "resumed" : "paused") on the server"
  }

  private var isAsDeclared: Bool { Self.areSame(declared, existing) }

  private func counterpart(_ record: ScheduleRecord, in records: [ScheduleRecord]) -> ScheduleRecord? {
    records.first { $0.isCounterpart(of: record) }
  }

  /// An interval goes on from the anchor that it has, where the declaration says none.
  private func anchored(_ record: ScheduleRecord, _ there: ScheduleRecord?) -> ScheduleRecord {
    var record = record
    if case .interval(let seconds, nil, let zone) = record.schedule,
      case .interval(_, let anchor?, _) = there?.schedule
    {
      record.schedule = .interval(seconds: seconds, anchor: anchor, timezone: zone)
    }
    return record
  }

  /// The same schedules, whatever their order.
  static func areSame(_ left: [ScheduleRecord], _ right: [ScheduleRecord]) -> Bool {
    var rest = right
    for record in left {
      guard let place = rest.firstIndex(where: { $0.isSame(as: record) }) else { return false }
      rest.remove(at: place)
    }
    return rest.isEmpty
  }

  /// What was declared before with what it has become: by slug, by rule, and of those that are left, which have
  /// no slug, by their order.
  static func pairs(
    _ before: [ScheduleRecord], _ now: [ScheduleRecord]
  ) -> [(ScheduleRecord?, ScheduleRecord?)] {
    var pairs: [(ScheduleRecord?, ScheduleRecord?)] = []
    var (old, new) = (before, now)
    for record in now {
      let slug = record.replaces ?? record.slug
      guard
        let place = old.firstIndex(where: {
          slug != nil ? $0.slug == slug : $0.isCounterpart(of: record)
        }), let own = new.firstIndex(of: record)
      else { continue }
      pairs.append((old.remove(at: place), new.remove(at: own)))
    }
    for record in new where record.slug == nil {
      guard let place = old.firstIndex(where: { $0.slug == nil }), let own = new.firstIndex(of: record) else {
        continue
      }
      pairs.append((old.remove(at: place), new.remove(at: own)))
    }
    return pairs + old.map { ($0, nil) } + new.map { (nil, $0) }
  }
}
