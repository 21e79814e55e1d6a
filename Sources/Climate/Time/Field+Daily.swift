internal import Essentials
internal import FoundationEssentials

/// What is made of the hours of a day.
public enum DailyStatistic: String, Sendable, Hashable, CaseIterable {
  case mean, minimum, maximum
}

/// Local days from hourly values, cell by cell.
extension Field {
  /// Mean, minimum or maximum of each local day over its 24 hourly stamps, of a variable that is instantaneous.
  ///
  /// The stamps are those from 00:00 up to, and without, 24:00 of local time. A day of which one is missing is no day,
  /// and is listed. Where a cell lacks a value at one of them, it has none for the day.
  public func daily(_ statistic: DailyStatistic, offset: UTCOffset = .utc) -> PeriodField {
    let aggregation: Aggregation =
      switch statistic {
      case .mean: .mean
      case .minimum: .minimum
      case .maximum: .maximum
      }
    let index = StampIndex(self)
    var builder = PeriodFieldBuilder(grid: grid)
    var scratch = PlaneScratch()
    for day in index.days(offset, ends: false) {
      let start = day.daysSinceEpoch * 86_400 - offset.seconds
      // The first full hour of the local day.
      let first = (start + 3599).flooredHours
      let stamps = (0..<24).map { index.position(first + $0 * 3600) }
      guard let found = builder.complete(Period(.day, containing: day), stamps) else { continue }
      var totals = [Double](repeating: aggregation.start(), count: grid.cellCount)
      for stamp in found {
        withPlane(stamp, scratch: &scratch) { plane in
          for cell in totals.indices { totals[cell] = aggregation.add(plane[cell], to: totals[cell]) }
        }
      }
      if statistic == .mean { for cell in totals.indices { totals[cell] /= 24 } }
      builder.append(Period(.day, containing: day), totals, version(of: found))
    }
    builder.notes = ["\(statistic.rawValue) of the 24 hourly values of the day in \(offset)"]
    if !offset.isWholeHours {
      builder.notes.append(
        "the hourly values lie \((offset.minutes % 60 + 60) % 60) minutes past the local hour")
    }
    return builder.finished()
  }

  /// Totals of local days of a variable that ERA5-Land accumulates from 00 UTC: precipitation, radiation, evaporation.
  ///
  /// The stamp of 00 UTC holds the total of the day before; the stamps 01...23 what came since midnight. So:
  /// - days of UTC are the stamp 00 of the next day, and need no other;
  /// - days of any other offset are the sum of 24 hourly increments A(h) - A(h - 1), none below zero, and A(h) itself at
  ///   01 UTC; the stamp is the end of its hour;
  /// - where a local day begins inside an hour, A is taken to rise evenly within it.
  ///
  /// Decided by the hour of the stamp, never by the sign of a difference: packing makes small ones negative, and taking
  /// those for resets adds the whole day again. A day of which a stamp is missing is no day, and is listed.
  public func dailyTotals(offset: UTCOffset = .utc) -> PeriodField {
    let index = StampIndex(self)
    var builder = PeriodFieldBuilder(grid: grid)
    var scratch = PlaneScratch()
    if offset == .utc {
      for day in index.days(offset, ends: true) {
        let period = Period(.day, containing: day)
        guard let found = builder.complete(period, [index.position((day.daysSinceEpoch + 1) * 86_400)]) else {
          continue
        }
        withPlane(found[0], scratch: &scratch) { builder.append(period, Array($0), version(of: found)) }
      }
      builder.notes = ["total of the day in UTC+00:00: the stamp of 00 UTC of the next day"]
      return builder.finished()
    }
    for day in index.days(offset, ends: true) {
      let period = Period(.day, containing: day)
      let hours = Self.hours(of: day, offset)
      // What is needed: the stamp of each hour, and the one before it unless the hour is the first of a UTC day.
      var needed = hours.map(\.end)
      if !hours[0].end.isFirstHour { needed.insert(hours[0].end - 3600, at: 0) }
      guard let found = builder.complete(period, needed.map(index.position)) else { continue }
      var totals = [Double](repeating: 0, count: grid.cellCount)
      var before = [Double](repeating: 0, count: grid.cellCount)
      if needed.count > hours.count { withPlane(found[0], scratch: &scratch) { before = Array($0) } }
      for (hour, stamp) in zip(hours, found.suffix(hours.count)) {
        withPlane(stamp, scratch: &scratch) { plane in
          for cell in totals.indices {
            let increment = hour.end.isFirstHour ? plane[cell] : max(0, plane[cell] - before[cell])
            // max() would let a missing value pass for zero.
            totals[cell] +=
              plane[cell].isNaN || before[cell].isNaN && !hour.end.isFirstHour ? .nan : increment * hour.share
            before[cell] = plane[cell]
          }
        }
      }
      builder.append(period, totals, version(of: found))
    }
    builder.notes = ["total of the day in \(offset): sum of its hourly increments, none below zero"]
    if !offset.isWholeHours {
      builder.notes.append(
        "the hours at the ends of the day are divided as if it had rained evenly within them")
    }
    return builder.finished()
  }

  /// Where the hours of a local day end, in seconds since 1970, and the share of each that belongs to the day.
  static func hours(of day: CalendarDate, _ offset: UTCOffset) -> [(end: Int, share: Double)] {
    let start = day.daysSinceEpoch * 86_400 - offset.seconds
    let first = start.flooredHours + 3600
    let share = Double(first - start) / 3600
    var hours = [(end: first, share: share)]
    for hour in 1..<24 { hours.append((first + hour * 3600, 1)) }
    if share < 1 { hours.append((first + 24 * 3600, 1 - share)) }
    return hours
  }

  private func version(of stamps: [Int]) -> DataVersion {
    stamps.dropFirst().reduce(versions[stamps[0]]) { $0.combined(with: versions[$1]) }
  }
}

/// Where each moment is in a field.
private struct StampIndex {
  private let positions: [Int: Int]

  init(_ field: Field) {
    let seconds = field.times.map { Int($0.timeIntervalSince1970.rounded()) }
    positions = Dictionary(seconds.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }

  func position(_ seconds: Int) -> Int? { positions[seconds] }

  /// The local days that have a stamp; with `ends`, a stamp belongs to what it is the end of.
  func days(_ offset: UTCOffset, ends: Bool) -> [CalendarDate] {
    let days = positions.keys.map { seconds in
      Int((Double(seconds + offset.seconds - (ends ? 1 : 0)) / 86_400).rounded(.down))
    }
    return Set(days).sorted().map { CalendarDate(daysSinceEpoch: $0) }
  }
}

extension PeriodFieldBuilder {
  /// The positions of a period's stamps, where all are there; else lists the period as incomplete.
  fileprivate mutating func complete(_ period: Period, _ stamps: [Int?]) -> [Int]? {
    let found = stamps.compactMap { $0 }
    guard found.count == stamps.count else {
      incomplete.append((period, stamps.count - found.count))
      return nil
    }
    return found
  }
}

extension Int {
  /// The full hour at or before a moment, both in seconds since 1970.
  fileprivate var flooredHours: Int { self - ((self % 3600) + 3600) % 3600 }
  /// Whether a stamp, in seconds since 1970, is that of 01 UTC, where accumulation begins anew.
  fileprivate var isFirstHour: Bool { ((self / 3600) % 24 + 24) % 24 == 1 }
}
