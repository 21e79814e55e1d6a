public import Essentials
public import FoundationEssentials

/// The times that a request asked for, to hold against those that came.
public enum Stamps {
  /// Every full hour from the first to the last moment, both included.
  public static func hourly(from first: Date, through last: Date) -> [Date] {
    stride(from: first.timeIntervalSince1970, through: last.timeIntervalSince1970, by: 3600).map {
      Date(timeIntervalSince1970: $0)
    }
  }

  /// 00 UTC of every day from the first to the last, both included.
  public static func daily(from first: CalendarDate, through last: CalendarDate) -> [Date] {
    guard first <= last else { return [] }
    return (first.daysSinceEpoch...last.daysSinceEpoch).map { CalendarDate(daysSinceEpoch: $0).startOfDayUTC }
  }

  /// The first of every month, 00 UTC, as monthly means are stamped.
  public static func monthly(_ months: [CalendarMonth]) -> [Date] { months.map(\.firstDay.startOfDayUTC) }
}
