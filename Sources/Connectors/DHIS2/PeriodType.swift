/// The period types of DHIS2, by its own names (`PeriodTypeEnum`).
public enum PeriodType: String, Sendable, Hashable, CaseIterable {
  case daily = "Daily"
  case weekly = "Weekly"
  case weeklyWednesday = "WeeklyWednesday"
  case weeklyThursday = "WeeklyThursday"
  /// From 2.43.
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
  /// From 2.43.
  case financialFeb = "FinancialFeb"
  case financialApril = "FinancialApril"
  case financialJuly = "FinancialJuly"
  /// From 2.43.
  case financialAug = "FinancialAug"
  /// From 2.42.
  case financialSep = "FinancialSep"
  case financialOct = "FinancialOct"
  case financialNov = "FinancialNov"

  /// Whether a release has it.
  public func exists(in version: DHIS2Version) -> Bool {
    switch self {
    case .weeklyFriday, .financialFeb, .financialAug: version >= DHIS2Version(2, 43)
    case .financialSep: version >= DHIS2Version(2, 42)
    default: true
    }
  }

  /// How periods of the type follow one another.
  enum Rhythm {
    case day
    /// So many weeks from a weekday on, 0 being Monday; week 1 has at least four days in the year.
    case weeks(from: Int, count: Int, mark: String)
    /// So many months; the first of a year begins with the month `from`, and is named after the year that it begins in
    /// or, where `ahead`, after the next.
    case months(count: Int, from: Int, ahead: Bool, mark: String)
  }

  var rhythm: Rhythm {
    switch self {
    case .daily: .day
    case .weekly: .weeks(from: 0, count: 1, mark: "W")
    case .weeklyWednesday: .weeks(from: 2, count: 1, mark: "WedW")
    case .weeklyThursday: .weeks(from: 3, count: 1, mark: "ThuW")
    case .weeklyFriday: .weeks(from: 4, count: 1, mark: "FriW")
    case .weeklySaturday: .weeks(from: 5, count: 1, mark: "SatW")
    case .weeklySunday: .weeks(from: 6, count: 1, mark: "SunW")
    case .biWeekly: .weeks(from: 0, count: 2, mark: "BiW")
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

  /// Whether periods of the type are counted in a calendar here. Weeks are those of the Gregorian year, and a year of
  /// thirteen months has no quarters.
  public func exists(in calendar: LocalCalendar) -> Bool {
    switch rhythm {
    case .day: true
    case .weeks: calendar == .gregorian
    case .months(let count, let from, _, _):
      calendar != .ethiopian || count == 1 || (count == 12 && from == 1)
    }
  }
}

extension LocalCalendar {
  /// The types of which periods are counted in the calendar: `Daily, Monthly, Yearly`.
  var periodTypesInWords: String {
    PeriodType.allCases.filter { $0.exists(in: self) }.map(\.rawValue).joined(separator: ", ")
  }
}
