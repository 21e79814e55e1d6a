public import Essentials

/// A period as DHIS2 counts it: its type, its id, and the days that it has.
public struct DHIS2Period: Sendable, Hashable {
  public let type: PeriodType
  public let calendar: LocalCalendar
  /// As DHIS2 writes it: `20240131`, `2024W5`, `202401`, `2024NovQ1`.
  public let id: String
  /// The Gregorian date of the first day.
  public let firstDay: CalendarDate
  /// The Gregorian date of the last day.
  public let lastDay: CalendarDate

  /// The period of a type that a day belongs to; nil where the type does not exist in the calendar, or the calendar is
  /// not published for the day.
  public init?(_ type: PeriodType, containing day: CalendarDate, calendar: LocalCalendar = .gregorian) {
    guard type.exists(in: calendar), let date = calendar.components(of: day) else { return nil }
    self.type = type
    self.calendar = calendar
    switch type.rhythm {
    case .day:
      (firstDay, lastDay) = (day, day)
      id =
        LocalCalendar.digits(date.year, 4) + LocalCalendar.digits(date.month, 2)
        + LocalCalendar.digits(date.day, 2)
    case .weeks(let weekday, let count, let mark):
      // 1970-01-01 was a Thursday. A week belongs to the year of its fourth day.
      var first = day.adding(days: -Self.remainder(day.daysSinceEpoch + 3 - weekday, 7))
      func number(_ first: CalendarDate) -> (year: Int, week: Int) {
        let middle = first.adding(days: 3)
        let newYear = CalendarMonth(of: middle).adding(months: 1 - middle.month).firstDay
        return (middle.year, (middle.daysSinceEpoch - newYear.daysSinceEpoch) / 7 + 1)
      }
      var (year, week) = number(first)
      if count == 2 {
        if week % 2 == 0 { first = first.adding(days: -7) }
        (year, week) = (number(first).year, (week + 1) / 2)
      }
      firstDay = first
      lastDay = first.adding(days: 7 * count - 1)
      id = "\(LocalCalendar.digits(year, 4))\(mark)\(week)"
    case .months(let count, let from, let ahead, let mark):
      // The thirteen months of a year are one year of periods, too.
      let inYear = calendar.monthsInYear
      let length = count == 12 ? inYear : count
      let index = date.year * inYear + date.month - from
      let part = Self.remainder(index, inYear) / length
      let label = (index - Self.remainder(index, inYear)) / inYear + (ahead ? 1 : 0)
      let start = index - Self.remainder(index, inYear) + part * length + from - 1
      let end = start + length - 1
      guard let first = calendar.month(year: start / inYear, number: start % inYear + 1),
        let last = calendar.month(year: end / inYear, number: end % inYear + 1)
      else { return nil }
      (firstDay, lastDay) = (first.firstDay, last.lastDay)
      let year = LocalCalendar.digits(label, 4)
      switch (count, mark) {
      case (1, _): id = year + LocalCalendar.digits(part + 1, 2)
      case (2, _): id = "\(year)0\(part + 1)B"
      case (12, _): id = year + mark
      default: id = "\(year)\(mark)\(part + 1)"
      }
    }
  }

  /// Reads a period's id. `2024W05` and `2024-01-31` are read as DHIS2 reads them; ``id`` is `2024W5` and `20240131`.
  /// Nil for what is no period: week 53 of a year that has 52, month 13 of a year that has 12.
  public init?(id text: String, calendar: LocalCalendar = .gregorian) {
    for type in PeriodType.allCases {
      guard let day = Self.day(of: text, type, calendar),
        let period = DHIS2Period(type, containing: day, calendar: calendar),
        // A week beyond the end of its year would come back under another name.
        period.id == text || period.id == Self.plain(text)
      else { continue }
      self = period
      return
    }
    return nil
  }

  /// The period that many periods later, or earlier; nil where the calendar is not published for it.
  public func adding(_ count: Int) -> DHIS2Period? {
    var period = self
    for _ in 0..<abs(count) {
      let day = count > 0 ? period.lastDay.adding(days: 1) : period.firstDay.adding(days: -1)
      guard let next = DHIS2Period(type, containing: day, calendar: calendar) else { return nil }
      period = next
    }
    return period
  }

  /// All periods of a type that have a day in a range of days, in order.
  public static func all(
    _ type: PeriodType, covering days: ClosedRange<CalendarDate>, calendar: LocalCalendar = .gregorian
  ) -> [DHIS2Period] {
    var periods: [DHIS2Period] = []
    var day = days.lowerBound
    while day <= days.upperBound, let period = DHIS2Period(type, containing: day, calendar: calendar) {
      periods.append(period)
      day = period.lastDay.adding(days: 1)
    }
    return periods
  }

  /// A day inside the period that a text names by the pattern of a type; nil where it has another pattern.
  private static func day(of text: String, _ type: PeriodType, _ calendar: LocalCalendar) -> CalendarDate? {
    func number(_ digits: Substring) -> Int? {
      !digits.isEmpty && digits.utf8.allSatisfy { (48...57).contains($0) } ? Int(digits) : nil
    }
    guard text.utf8.count >= 4, let year = number(text.prefix(4)), year > 0, type.exists(in: calendar) else {
      return nil
    }
    let rest = text.dropFirst(4)
    switch type.rhythm {
    case .day:
      let digits = text.utf8.count == 10 ? Substring(plain(text)).dropFirst(4) : rest
      guard digits.utf8.count == 4, let month = number(digits.prefix(2)), let day = number(digits.suffix(2))
      else { return nil }
      return calendar.date(year: year, month: month, day: day)
    case .weeks(let weekday, let count, let mark):
      guard rest.hasPrefix(mark), rest.utf8.count <= mark.utf8.count + 2,
        let week = number(rest.dropFirst(mark.count)), (1...53).contains(week),
        let january = CalendarDate(year: year, month: 1, day: 4)
      else { return nil }
      let first = january.adding(days: -remainder(january.daysSinceEpoch + 3 - weekday, 7))
      return first.adding(days: 7 * count * (week - 1))
    case .months(let count, let from, let ahead, let mark):
      let inYear = calendar.monthsInYear
      let length = count == 12 ? inYear : count
      let part: Int?
      switch count {
      case 1: part = rest.utf8.count == 2 ? number(rest) : nil
      case 2: part = rest.utf8.count == 3 && rest.hasSuffix("B") ? number(rest.dropLast()) : nil
      case 12: part = rest == mark ? 1 : nil
      default:
        part =
          rest.hasPrefix(mark) && rest.utf8.count == mark.utf8.count + 1
          ? number(rest.dropFirst(mark.count)) : nil
      }
      guard let part, (1...inYear / length).contains(part) else { return nil }
      let index = (year - (ahead ? 1 : 0)) * inYear + from - 1 + (part - 1) * length
      return calendar.date(year: index / inYear, month: index % inYear + 1, day: 1)
    }
  }

  /// `2024W05` as `2024W5`, `2024-01-31` as `20240131`.
  private static func plain(_ text: String) -> String {
    if text.utf8.count == 10, text.utf8.count(where: { $0 == UInt8(ascii: "-") }) == 2 {
      return text.filter { $0 != "-" }
    }
    return text.split(separator: "W0", maxSplits: 1).joined(separator: "W")
  }

  private static func remainder(_ number: Int, _ divisor: Int) -> Int {
    (number % divisor + divisor) % divisor
  }
}

extension DHIS2Period: CustomStringConvertible {
  public var description: String { id }
}
