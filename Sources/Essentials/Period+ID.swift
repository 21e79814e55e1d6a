extension Period {
  /// The period that an id names, as ``id`` writes it: `20250201`, `2025W5`, `2025SunW5`, `202502D1`, `202502`,
  /// `2025Q1`. Nil where there is no such period.
  public init?(id: String) {
    func number(_ text: Substring) -> Int? {
      text.allSatisfy(\.isASCII) && text.allSatisfy(\.isNumber) ? Int(text) : nil
    }
    guard id.utf8.count >= 6, let year = number(id.prefix(4)), year > 0 else { return nil }
    let rest = id.dropFirst(4)
    let period: Period?
    if rest.hasPrefix("SunW") {
      period = Self.week(.epidemiologicalWeek, year, number(rest.dropFirst(4)))
    } else if rest.hasPrefix("W") {
      period = Self.week(.isoWeek, year, number(rest.dropFirst(1)))
    } else if rest.hasPrefix("Q") {
      period = number(rest.dropFirst(1)).flatMap { CalendarDate(year: year, month: $0 * 3, day: 1) }
        .map { Period(.quarter, containing: $0) }
    } else if rest.count == 4, rest.dropFirst(2).hasPrefix("D") {
      let day = number(rest.suffix(1)).map { $0 * 10 - 9 }
      period = number(rest.prefix(2)).flatMap { month in
        day.flatMap { CalendarDate(year: year, month: month, day: $0) }
      }
      .map { Period(.dekad, containing: $0) }
    } else {
      let kind: PeriodKind = rest.count == 2 ? .month : .day
      let day = rest.count == 2 ? 1 : number(rest.dropFirst(2))
      period = number(rest.prefix(2)).flatMap { month in
        day.flatMap { CalendarDate(year: year, month: month, day: $0) }
      }
      .map { Period(kind, containing: $0) }
    }
    // Other spellings of a period (week 05, dekad 4) are not its id.
    guard let period, period.id == id else { return nil }
    self = period
  }

  private static func week(_ kind: PeriodKind, _ year: Int, _ number: Int?) -> Period? {
    guard let number, (1...53).contains(number), let day = CalendarDate(year: year, month: 1, day: 4) else {
      return nil
    }
    return Period(kind, containing: day.adding(days: (number - 1) * 7))
  }
}
