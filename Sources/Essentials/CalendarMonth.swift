/// A month of a year of the Gregorian calendar.
public struct CalendarMonth: Sendable, Hashable, Comparable {
  public let year: Int
  public let month: Int

  /// Nil where the month is not in 1...12 or the year not in 1...9999.
  public init?(year: Int, month: Int) {
    guard (1...12).contains(month), (1...9999).contains(year) else { return nil }
    self.year = year
    self.month = month
  }

  /// The month of a day.
  public init(of date: CalendarDate) {
    year = date.year
    month = date.month
  }

  /// Reads `YYYY-MM`.
  public init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].utf8.count == 4, parts[1].utf8.count == 2,
      let year = Self.digits(parts[0]), let month = Self.digits(parts[1])
    else { return nil }
    self.init(year: year, month: month)
  }

  /// The number of days.
  public var length: Int { Self.length(year: year, month: month) }

  /// The first day.
  public var firstDay: CalendarDate { CalendarDate(uncheckedYear: year, month: month, day: 1) }

  /// The last day.
  public var lastDay: CalendarDate { firstDay.adding(days: length - 1) }

  public func adding(months: Int) -> CalendarMonth {
    let index = year * 12 + month - 1 + months
    return CalendarMonth(uncheckedYear: index / 12, month: index % 12 + 1)
  }

  /// All months from one to another, both included; none where the second comes before the first.
  public static func range(_ first: CalendarMonth, _ last: CalendarMonth) -> [CalendarMonth] {
    var months: [CalendarMonth] = []
    var month = first
    while month <= last {
      months.append(month)
      month = month.adding(months: 1)
    }
    return months
  }

  public static func < (left: CalendarMonth, right: CalendarMonth) -> Bool {
    (left.year, left.month) < (right.year, right.month)
  }

  /// The number of days of a month that is in 1...12.
  static func length(year: Int, month: Int) -> Int {
    switch month {
    case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  static func digits(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil
  }

  static func padded(_ number: Int, to width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }

  private init(uncheckedYear year: Int, month: Int) {
    self.year = year
    self.month = month
  }
}

extension CalendarMonth: CustomStringConvertible {
  /// `YYYY-MM`.
  public var description: String { "\(Self.padded(year, to: 4))-\(Self.padded(month, to: 2))" }
}
