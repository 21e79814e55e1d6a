import Connectors
import FlowKit

/// A period of DHIS2, and the days it has.
struct ERA5Period: Sendable, Hashable, Comparable {
  /// The name that DHIS2 has for it: `202501`, `2025W5`, `20250131`; for a server with a calendar of its own, in that.
  let id: String
  let firstDay: CalendarDate
  let lastDay: CalendarDate

  init(_ period: DHIS2Period) {
    (id, firstDay, lastDay) = (period.id, period.firstDay, period.lastDay)
  }

  init(_ month: CalendarMonth) {
    (id, firstDay, lastDay) = (month.dhis2Period, month.firstDay, month.lastDay)
  }

  var dayCount: Int { lastDay.daysSinceEpoch - firstDay.daysSinceEpoch + 1 }

  /// The month that the period ends in: the one it is imported with.
  var month: CalendarMonth { CalendarMonth(of: lastDay) }

  /// For people and for files: `2025-01`, `2025W5`, `2025-01-31`.
  var label: String {
    if dayCount == 1 { return firstDay.description }
    return firstDay == month.firstDay && lastDay == month.lastDay ? month.description : id
  }

  static func < (left: ERA5Period, right: ERA5Period) -> Bool {
    (left.lastDay, left.firstDay) < (right.lastDay, right.firstDay)
  }

  /// The periods of a type that end within some months: so every week is in one month, and in one only.
  static func all(
    _ type: ERA5PeriodType, endingIn months: [CalendarMonth], calendar: LocalCalendar
  ) -> [ERA5Period] {
    months.flatMap { month in
      let days = month.firstDay...month.lastDay
      return DHIS2Period.all(type.dhis2, covering: days, calendar: calendar)
        .filter { days.contains($0.lastDay) }.map { ERA5Period($0) }
    }
  }
}
