/// What kinds of periods there are.
public enum PeriodKind: String, Sendable, Hashable, CaseIterable {
  case day
  /// Monday to Sunday; week 1 has the year's first Thursday (ISO 8601).
  case isoWeek
  /// Sunday to Saturday; week 1 is the first with at least four days in the year (CDC, "MMWR weeks").
  case epidemiologicalWeek
  /// Days 1-10, 11-20, and 21 to the end of a month (WMO).
  case dekad
  case month
  case quarter
}

/// A day, week, dekad, month or quarter.
public struct Period: Sendable, Hashable {
  public let kind: PeriodKind
  public let firstDay: CalendarDate
  public let lastDay: CalendarDate

  /// The period of that kind that a day belongs to.
  public init(_ kind: PeriodKind, containing day: CalendarDate) {
    self.kind = kind
    let month = CalendarMonth(of: day)
    switch kind {
    case .day: (firstDay, lastDay) = (day, day)
    case .isoWeek:
      firstDay = day.adding(days: -Self.weekday(day))
      lastDay = firstDay.adding(days: 6)
    case .epidemiologicalWeek:
      firstDay = day.adding(days: -((Self.weekday(day) + 1) % 7))
      lastDay = firstDay.adding(days: 6)
    case .dekad:
      let number = min((day.day - 1) / 10, 2)
      firstDay = month.firstDay.adding(days: number * 10)
      lastDay = number == 2 ? month.lastDay : firstDay.adding(days: 9)
    case .month: (firstDay, lastDay) = (month.firstDay, month.lastDay)
    case .quarter:
      let first = month.adding(months: -((month.month - 1) % 3))
      (firstDay, lastDay) = (first.firstDay, first.adding(months: 2).lastDay)
    }
  }

  /// All days of the period.
  public var days: [CalendarDate] {
    (firstDay.daysSinceEpoch...lastDay.daysSinceEpoch).map { CalendarDate(daysSinceEpoch: $0) }
  }

  /// The name that DHIS2 has for it: `20250201`, `2025W5`, `2025SunW5`, `202502`, `2025Q1`. DHIS2 has no dekads:
  /// `202502D1`.
  public var id: String {
    let year = Self.four(firstDay.year)
    let month = Self.two(firstDay.month)
    switch kind {
    case .day: return year + month + Self.two(firstDay.day)
    case .isoWeek, .epidemiologicalWeek:
      // A week belongs to the year of its fourth day.
      let middle = firstDay.adding(days: 3)
      let first = CalendarMonth(of: middle).adding(months: 1 - middle.month).firstDay
      let number = (middle.daysSinceEpoch - first.daysSinceEpoch) / 7 + 1
      return "\(Self.four(middle.year))\(kind == .isoWeek ? "W" : "SunW")\(number)"
    case .dekad: return "\(year)\(month)D\((firstDay.day - 1) / 10 + 1)"
    case .month: return year + month
    case .quarter: return "\(year)Q\((firstDay.month - 1) / 3 + 1)"
    }
  }

  /// 0 is Monday. 1970-01-01 was a Thursday.
  private static func weekday(_ day: CalendarDate) -> Int { ((day.daysSinceEpoch + 3) % 7 + 7) % 7 }
  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  private static func four(_ number: Int) -> String {
    String(repeating: "0", count: max(0, 4 - "\(number)".utf8.count)) + "\(number)"
  }
}
