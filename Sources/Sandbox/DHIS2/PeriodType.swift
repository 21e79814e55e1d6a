internal import Essentials

/// DHIS2's period types, as far as they follow the ISO calendar (PeriodTypeEnum).
enum PeriodType: String, CaseIterable, Sendable {
  case daily = "Daily"
  case weekly = "Weekly"
  case weeklyWednesday = "WeeklyWednesday"
  case weeklyThursday = "WeeklyThursday"
  case weeklyFriday = "WeeklyFriday"
  case weeklySaturday = "WeeklySaturday"
  case weeklySunday = "WeeklySunday"
  case biWeekly = "BiWeekly"
  case monthly = "Monthly"
  case biMonthly = "BiMonthly"
  case quarterly = "Quarterly"
  case quarterlyNov = "QuarterlyNov"
  case sixMonthly = "SixMonthly"
  case sixMonthlyApril = "SixMonthlyApril"
  case sixMonthlyNov = "SixMonthlyNov"
  case yearly = "Yearly"
  case financialFeb = "FinancialFeb"
  case financialApril = "FinancialApril"
  case financialJuly = "FinancialJuly"
  case financialAug = "FinancialAug"
  case financialSep = "FinancialSep"
  case financialOct = "FinancialOct"
  case financialNov = "FinancialNov"

  /// Whether a release has it.
  func exists(in version: DHIS2Version) -> Bool {
    switch self {
    case .weeklyFriday, .financialFeb, .financialAug: version >= .v2_43
    case .financialSep: version >= .v2_42
    default: true
    }
  }

  /// How the period is made: weeks from a day (1 is Monday), or months from a month on.
  private enum Rhythm {
    case day
    case weeks(from: Int, count: Int, mark: String)
    /// `count` months at a time, the first of the year beginning with `month`; named after the year in which the
    /// first one ends where `ahead` is set.
    case months(count: Int, from: Int, ahead: Bool, mark: String)
  }

  private var rhythm: Rhythm {
    switch self {
    case .daily: .day
    case .weekly: .weeks(from: 1, count: 1, mark: "W")
    case .weeklyWednesday: .weeks(from: 3, count: 1, mark: "WedW")
    case .weeklyThursday: .weeks(from: 4, count: 1, mark: "ThuW")
    case .weeklyFriday: .weeks(from: 5, count: 1, mark: "FriW")
    case .weeklySaturday: .weeks(from: 6, count: 1, mark: "SatW")
    case .weeklySunday: .weeks(from: 7, count: 1, mark: "SunW")
    case .biWeekly: .weeks(from: 1, count: 2, mark: "BiW")
    case .monthly: .months(count: 1, from: 1, ahead: false, mark: "")
    case .biMonthly: .months(count: 2, from: 1, ahead: false, mark: "B")
    case .quarterly: .months(count: 3, from: 1, ahead: false, mark: "Q")
    case .quarterlyNov: .months(count: 3, from: 11, ahead: true, mark: "NovQ")
    case .sixMonthly: .months(count: 6, from: 1, ahead: false, mark: "S")
    case .sixMonthlyApril: .months(count: 6, from: 4, ahead: false, mark: "AprilS")
    case .sixMonthlyNov: .months(count: 6, from: 11, ahead: true, mark: "NovS")
    case .yearly: .months(count: 12, from: 1, ahead: false, mark: "")
    case .financialFeb: .months(count: 12, from: 2, ahead: false, mark: "Feb")
    case .financialApril: .months(count: 12, from: 4, ahead: false, mark: "April")
    case .financialJuly: .months(count: 12, from: 7, ahead: false, mark: "July")
    case .financialAug: .months(count: 12, from: 8, ahead: false, mark: "Aug")
    case .financialSep: .months(count: 12, from: 9, ahead: false, mark: "Sep")
    case .financialOct: .months(count: 12, from: 10, ahead: false, mark: "Oct")
    case .financialNov: .months(count: 12, from: 11, ahead: true, mark: "Nov")
    }
  }

  /// The period that a day belongs to.
  func period(containing date: CalendarDate) -> Period {
    switch rhythm {
    case .day:
      let digits = date.description.filter { $0 != "-" }
      return Period(type: self, iso: digits, start: date, end: date)
    case .weeks(let first, let count, let mark):
      // 1970-01-01 was a Thursday. Week 1 is the one that has at least four of its days in the year.
      var start = date.adding(days: -(date.daysSinceEpoch + 4 - first).remainder(7))
      var middle = start.adding(days: 3)
      let newYear = CalendarMonth(of: middle).firstDay.adding(months: 1 - middle.month)
      var number = (middle.daysSinceEpoch - newYear.daysSinceEpoch) / 7 + 1
      if count == 2 {
        if number % 2 == 0 { start = start.adding(days: -7) }
        middle = start.adding(days: 3)
        number = (number + 1) / 2
      }
      return Period(
        type: self, iso: "\(middle.year)\(mark)\(number)", start: start,
        end: start.adding(days: 7 * count - 1))
    case .months(let count, let from, let ahead, let mark):
      let index = date.year * 12 + date.month - from
      let year = index.quotient(12)
      let part = index.remainder(12) / count
      let start = CalendarMonth(of: date).firstDay.adding(months: -(index.remainder(count)))
      let label = year + (ahead ? 1 : 0)
      let iso: String
      switch (count, mark) {
      case (1, _): iso = "\(label)\(part < 9 ? "0" : "")\(part + 1)"
      case (2, _): iso = "\(label)0\(part + 1)B"
      case (12, _): iso = "\(label)\(mark)"
      default: iso = "\(label)\(mark)\(part + 1)"
      }
      return Period(
        type: self, iso: iso, start: start, end: start.adding(months: count).adding(days: -1))
    }
  }

  /// A day inside the period that a text names by this type's pattern; nil where it does not have the pattern.
  fileprivate func day(of text: String) -> CalendarDate? {
    guard text.utf8.count >= 4, let year = Int(text.prefix(4)), year >= 1 else { return nil }
    let rest = text.dropFirst(4)
    func number(_ digits: Substring) -> Int? {
      digits.utf8.allSatisfy { (48...57).contains($0) } ? Int(digits) : nil
    }
    switch rhythm {
    case .day:
      if rest.hasPrefix("-") { return CalendarDate(text) }
      guard rest.utf8.count == 4 else { return nil }
      return CalendarDate("\(text.prefix(4))-\(rest.prefix(2))-\(rest.suffix(2))")
    case .weeks(let first, let count, let mark):
      guard rest.hasPrefix(mark), let week = number(rest.dropFirst(mark.count)), (1...53).contains(week),
        let january = CalendarDate(year: year, month: 1, day: 4)
      else { return nil }
      let start = january.adding(days: -(january.daysSinceEpoch + 4 - first).remainder(7))
      return start.adding(days: 7 * count * (week - 1))
    case .months(let count, let from, let ahead, let mark):
      let part: Int?
      switch count {
      case 1: part = rest.utf8.count == 2 ? number(rest) : nil
      case 2: part = rest.utf8.count == 3 && rest.hasSuffix("B") ? number(rest.dropLast()) : nil
      case 12: part = rest == mark ? 1 : nil
      default: part = rest.hasPrefix(mark) ? number(rest.dropFirst(mark.count)) : nil
      }
      guard let part, (1...12 / count).contains(part),
        let start = CalendarDate(year: year - (ahead ? 1 : 0), month: from, day: 1)
      else { return nil }
      return start.adding(months: (part - 1) * count)
    }
  }
}

/// A period, by the days that it has in the ISO calendar.
struct Period: Sendable, Hashable {
  let type: PeriodType
  /// In canonical form.
  let iso: String
  let start: CalendarDate
  let end: CalendarDate
  /// The calendar that named it, where that is not ISO's.
  let calendar: LocalCalendar?

  init(
    type: PeriodType, iso: String, start: CalendarDate, end: CalendarDate, calendar: LocalCalendar? = nil
  ) {
    self.type = type
    self.iso = iso
    self.start = start
    self.end = end
    self.calendar = calendar
  }

  /// Reads a period; nil for what is none, such as week 53 of a year that has 52.
  init?(_ text: String, version: DHIS2Version, calendar: LocalCalendar? = nil) {
    if let calendar, !text.contains("W") {
      guard let local = calendar.read(text) else { return nil }
      self = local
      return
    }
    for type in PeriodType.allCases where type.exists(in: version) {
      guard let day = type.day(of: text) else { continue }
      let period = type.period(containing: day)
      // A week beyond the end of its year would come back under another name; padded and dashed forms are read.
      guard period.iso == text || period.iso == Self.plain(text) else { continue }
      self = period
      return
    }
    return nil
  }

  /// `2024W05` as `2024W5`, `2024-01-31` as `20240131`.
  private static func plain(_ text: String) -> String {
    if text.contains("-") { return text.filter { $0 != "-" } }
    return text.split(separator: "W0", maxSplits: 1).joined(separator: "W")
  }

  /// The period that many periods later, or earlier.
  func adding(_ count: Int) -> Period {
    var period = self
    for _ in 0..<abs(count) {
      let day = count > 0 ? period.end.adding(days: 1) : period.start.adding(days: -1)
      period = calendar?.period(type, containing: day) ?? type.period(containing: day)
    }
    return period
  }
}

extension CalendarDate {
  /// The same day of another month; only for days that every month has.
  fileprivate func adding(months: Int) -> CalendarDate {
    CalendarMonth(of: self).adding(months: months).firstDay.adding(days: day - 1)
  }
}
