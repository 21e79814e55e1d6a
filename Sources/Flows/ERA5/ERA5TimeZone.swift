import Climate
import FlowKit
import Foundation

/// Whose days a run makes: those of a fixed offset from UTC, or of a zone by its name in the IANA database.
struct ERA5TimeZone: Sendable {
  private enum Kind: Sendable {
    case offset(UTCOffset)
    case named(TimeZone)
  }

  private let text: String
  private let kind: Kind

  /// - Throws: `Misconfiguration` where the text is neither.
  init(_ text: String) throws {
    self.text = text
    if let offset = UTCOffset(text) {
      kind = .offset(offset)
    } else if text.contains("/"), let zone = TimeZone(identifier: text) {
      kind = .named(zone)
    } else {
      throw Misconfiguration(
        "time_zone must be UTC, an offset from it as +03:00 or +05:45, or a zone as Africa/Nairobi, not \"\(text)\"",
        remedy: "Give the offset of the country's time.")
    }
  }

  /// Whether it is UTC itself, in which monthly means are.
  var isUTC: Bool {
    switch kind {
    case .offset(let offset): offset == .utc
    case .named(let zone):
      // Since 1950, as far back as the data reach.
      zone.secondsFromGMT() == 0
        && zone.nextDaylightSavingTimeTransition(after: Date(timeIntervalSince1970: -631_152_000)) == nil
    }
  }

  /// The one offset of some months.
  ///
  /// - Throws: `Misconfiguration` where the zone's clocks were changed in between: no day of 23 or 25 hours is imported.
  func offset(of months: [CalendarMonth]) throws -> UTCOffset {
    let zone: TimeZone
    switch kind {
    case .offset(let offset): return offset
    case .named(let named): zone = named
    }
    var before: Int?
    for month in months {
      // A change takes effect at night: the noons of all days see it.
      for day in month.firstDay.daysSinceEpoch...month.lastDay.daysSinceEpoch {
        let noon = CalendarDate(daysSinceEpoch: day).startOfDayUTC.addingTimeInterval(12 * 3600)
        let minutes = zone.secondsFromGMT(for: noon) / 60
        guard before == nil || before == minutes else {
          throw Misconfiguration(
            "the clocks of \(text) were changed on \(CalendarDate(daysSinceEpoch: day)), within the months of this run",
            remedy:
              "Give the offset of the country's standard time, or import the months before and after it apart."
          )
        }
        before = minutes
      }
    }
    guard let offset = UTCOffset(minutes: before ?? 0) else {
      throw Misconfiguration("\(text) is too far from UTC", remedy: "Give an offset from -12:00 to +14:00.")
    }
    return offset
  }
}
