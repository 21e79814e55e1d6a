public import Essentials

/// A calendar in which a DHIS2 server counts its periods.
///
/// Months of another calendar than the Gregorian begin and end on other days: values for them are aggregated from
/// daily ones, by ``months(covering:)``.
public enum LocalCalendar: String, Sendable, Hashable, CaseIterable {
  case gregorian
  /// Twelve months of 30 days and a thirteenth of 5 or 6: Ethiopia and Eritrea.
  case ethiopian
  /// Bikram Sambat: Nepal.
  case nepali

  /// The calendar by DHIS2's name for it; nil where this program cannot count in it.
  public init?(dhis2 name: String) {
    switch name {
    case "iso8601", "gregorian": self = .gregorian
    case "ethiopian": self = .ethiopian
    case "nepali": self = .nepali
    default: return nil
    }
  }

  /// A month of the calendar.
  public struct Month: Sendable, Hashable {
    public let calendar: LocalCalendar
    public let year: Int
    /// From 1.
    public let number: Int
    /// The Gregorian date of its first day.
    public let firstDay: CalendarDate
    /// The Gregorian date of its last day.
    public let lastDay: CalendarDate

    /// The number of days.
    public var length: Int { lastDay.daysSinceEpoch - firstDay.daysSinceEpoch + 1 }
    /// DHIS2's id of the period: `208001`.
    public var id: String { LocalCalendar.digits(year, 4) + LocalCalendar.digits(number, 2) }
  }

  /// How many months a year has.
  public var monthsInYear: Int { self == .ethiopian ? 13 : 12 }

  /// Year, month and day of a Gregorian date; nil where the calendar is not published for it.
  public func components(of date: CalendarDate) -> (year: Int, month: Int, day: Int)? {
    switch self {
    case .gregorian: return (date.year, date.month, date.day)
    case .ethiopian: return EthiopianCalendar.date(daysSinceEpoch: date.daysSinceEpoch)
    case .nepali: return NepaliCalendar.date(daysSinceEpoch: date.daysSinceEpoch)
    }
  }

  /// The number of days of a month; nil where there is no such month.
  public func length(year: Int, month: Int) -> Int? {
    guard (1...9999).contains(year), (1...monthsInYear).contains(month) else { return nil }
    switch self {
    case .gregorian: return CalendarMonth(year: year, month: month)?.length
    case .ethiopian: return EthiopianCalendar.length(year: year, month: month)
    case .nepali: return NepaliCalendar.length(year: year, month: month)
    }
  }

  /// The Gregorian date of a day; nil where there is no such day.
  public func date(year: Int, month: Int, day: Int) -> CalendarDate? {
    guard let length = length(year: year, month: month), (1...length).contains(day) else { return nil }
    switch self {
    case .gregorian: return CalendarDate(year: year, month: month, day: day)
    case .ethiopian:
      return CalendarDate(daysSinceEpoch: EthiopianCalendar.start(year: year, month: month) + day - 1)
    case .nepali:
      return NepaliCalendar.start(year: year, month: month).map { CalendarDate(daysSinceEpoch: $0 + day - 1) }
    }
  }

  /// A month; nil where there is none.
  public func month(year: Int, number: Int) -> Month? {
    guard let first = date(year: year, month: number, day: 1), let length = length(year: year, month: number)
    else { return nil }
    return Month(
      calendar: self, year: year, number: number, firstDay: first, lastDay: first.adding(days: length - 1))
  }

  /// The month that a day belongs to; nil where the calendar is not published for it.
  public func month(containing day: CalendarDate) -> Month? {
    components(of: day).flatMap { month(year: $0.year, number: $0.month) }
  }

  /// All months that have a day in a range of days, in order; none where the range is empty or the calendar is not
  /// published for it. The first and the last may reach beyond the range.
  public func months(covering first: CalendarDate, _ last: CalendarDate) -> [Month] {
    var months: [Month] = []
    var day = first
    while day <= last, let month = month(containing: day) {
      months.append(month)
      day = month.lastDay.adding(days: 1)
    }
    return months
  }

  /// As ``months(covering:_:)``.
  public func months(covering days: ClosedRange<CalendarDate>) -> [Month] {
    months(covering: days.lowerBound, days.upperBound)
  }

  static func digits(_ number: Int, _ width: Int) -> String {
    String(repeating: "0", count: max(0, width - "\(number)".utf8.count)) + "\(number)"
  }
}

/// The Ethiopian calendar by its rule (Reingold and Dershowitz, Calendrical Calculations, chapter 4): like the Julian
/// one it has a leap day every fourth year, at the end of the year before the Julian leap year.
enum EthiopianCalendar {
  /// 1 Meskerem of year 1 was 29 August 8 of the Julian calendar, 27 August 8 of the Gregorian.
  private static let epoch = CalendarDate(year: 8, month: 8, day: 27)!.daysSinceEpoch

  static func start(year: Int, month: Int) -> Int {
    epoch + 365 * (year - 1) + floored(year, by: 4) + 30 * (month - 1)
  }

  static func length(year: Int, month: Int) -> Int { month < 13 ? 30 : year % 4 == 3 ? 6 : 5 }

  static func date(daysSinceEpoch day: Int) -> (year: Int, month: Int, day: Int)? {
    let year = floored(4 * (day - epoch) + 1463, by: 1461)
    guard year >= 1 else { return nil }
    let month = (day - start(year: year, month: 1)) / 30 + 1
    return (year, month, day - start(year: year, month: month) + 1)
  }

  private static func floored(_ number: Int, by divisor: Int) -> Int {
    Int((Double(number) / Double(divisor)).rounded(.down))
  }
}
