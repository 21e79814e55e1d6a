internal import Essentials

/// The calendar that a server keeps its periods in (`calendar` in `/api/system/info`).
public enum SandboxCalendar: String, Sendable, CaseIterable {
  case iso8601
  case gregorian
  case ethiopian
  case nepali

  /// Whether a period's id means what ISO 8601 says.
  public var isGregorian: Bool { self == .iso8601 || self == .gregorian }
}

/// Days, months and years of a calendar that is not ISO's.
///
/// The Ethiopian one is exact: twelve months of 30 days and one of five, or six in the year before a leap year (epoch 29
/// August 8 of the Julian calendar, Julian day 1724221). Nepal's months are announced year by year; here every year
/// begins on 14 April and has the most usual lengths, which is a day or two off at worst.
struct LocalCalendar: Sendable, Hashable {
  private let isEthiopian: Bool

  init?(_ calendar: SandboxCalendar) {
    guard !calendar.isGregorian else { return nil }
    isEthiopian = calendar == .ethiopian
  }

  private static let nepaliMonths = [31, 31, 32, 32, 31, 30, 30, 29, 30, 29, 30, 30]
  private var months: Int { isEthiopian ? 13 : 12 }

  /// The first day of a month; the month behind the last is the first of the next year.
  private func firstDay(_ year: Int, _ month: Int) -> CalendarDate {
    guard month <= months else { return firstDay(year + 1, 1) }
    if isEthiopian {
      let julian = 1_724_221 + 365 * (year - 1) + year.quotient(4) + 30 * (month - 1)
      return CalendarDate(daysSinceEpoch: julian - 2_440_588)
    }
    let newYear = (CalendarDate(year: year - 57, month: 4, day: 14) ?? CalendarDate(daysSinceEpoch: 0))
    return newYear.adding(days: Self.nepaliMonths.prefix(month - 1).reduce(0, +))
  }

  private func local(_ date: CalendarDate) -> (year: Int, month: Int, day: Int) {
    var year = date.year + (isEthiopian ? -8 : 56)
    while firstDay(year + 1, 1) <= date { year += 1 }
    let month = (1...months).last { firstDay(year, $0) <= date } ?? 1
    return (year, month, date.daysSinceEpoch - firstDay(year, month).daysSinceEpoch + 1)
  }

  /// The period of a type around a day; weeks are those of ISO.
  func period(_ type: PeriodType, containing date: CalendarDate) -> Period {
    let (year, month, day) = local(date)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    func span(_ iso: String, from first: Int, to next: Int) -> Period {
      Period(
        type: type, iso: iso, start: firstDay(year, first), end: firstDay(year, next).adding(days: -1),
        calendar: self)
    }
    switch type {
    case .daily:
      return Period(
        type: type, iso: "\(year)\(two(month))\(two(day))", start: date, end: date, calendar: self)
    case .monthly: return span("\(year)\(two(month))", from: month, to: month + 1)
    case .quarterly:
      let quarter = min(4, (month + 2) / 3)
      return span(
        "\(year)Q\(quarter)", from: quarter * 3 - 2, to: quarter == 4 ? months + 1 : quarter * 3 + 1)
    case .sixMonthly:
      let half = month <= 6 ? 1 : 2
      return span("\(year)S\(half)", from: half * 6 - 5, to: half == 2 ? months + 1 : 7)
    case .yearly: return span("\(year)", from: 1, to: months + 1)
    default: return type.period(containing: date)
    }
  }

  /// Reads the id of a day, month, quarter, half or year; nil for what is none in this calendar.
  func read(_ text: String) -> Period? {
    guard let year = Int(text.prefix(4)), year > 1000 else { return nil }
    let rest = text.dropFirst(4)
    let start: (type: PeriodType, day: CalendarDate)?
    switch (rest.utf8.count, rest.first) {
    case (0, _): start = (.yearly, firstDay(year, 1))
    case (2, "Q"): start = Int(rest.dropFirst()).map { (.quarterly, firstDay(year, $0 * 3 - 2)) }
    case (2, "S"): start = Int(rest.dropFirst()).map { (.sixMonthly, firstDay(year, $0 * 6 - 5)) }
    case (2, _): start = Int(rest).map { (.monthly, firstDay(year, max(1, $0))) }
    case (4, _):
      guard let month = Int(rest.prefix(2)), (1...months).contains(month), let day = Int(rest.suffix(2))
      else {
        return nil
      }
      start = (.daily, firstDay(year, month).adding(days: day - 1))
    default: start = nil
    }
    // A thirteenth month where there are twelve, or a day too many, comes back under another name.
    guard let start, let found = Optional(period(start.type, containing: start.day)), found.iso == text else {
      return nil
    }
    return found
  }
}
