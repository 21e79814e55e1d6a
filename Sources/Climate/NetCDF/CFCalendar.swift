internal import Essentials

/// The calendars of the CF conventions (section 4.4.1) that the times of observations can be counted in.
package enum CFCalendar: Sendable, Hashable {
  /// The Gregorian one at all times.
  case prolepticGregorian
  /// The Julian one up to 1582-10-04, the day after which was 1582-10-15 of the Gregorian one.
  case mixed

  /// - Parameter name: as a file writes it; what it does not write is `standard`.
  init?(name: String?) {
    switch name?.lowercased() {
    case nil, "standard", "gregorian": self = .mixed
    case "proleptic_gregorian": self = .prolepticGregorian
    default: return nil
    }
  }

  /// Days since 1970-01-01; nil where the calendar has no such day.
  func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int? {
    guard (0...9999).contains(year) else { return nil }
    if self == .prolepticGregorian || (year, month, day) >= (1582, 10, 15) {
      return CalendarDate(year: year, month: month, day: day)?.daysSinceEpoch
    }
    // A year 2000 has the months of a Julian leap year, 2001 those of others.
    guard year >= 1, (year, month, day) <= (1582, 10, 4),
      CalendarDate(year: year % 4 == 0 ? 2000 : 2001, month: month, day: day) != nil
    else { return nil }
    // From March on, so that the leap day is the last of its year: E. G. Richards in the Explanatory Supplement to the
    // Astronomical Almanac, chapter 15.
    let years = month <= 2 ? year + 4799 : year + 4800
    let months = month <= 2 ? month + 9 : month - 3
    let julianDay = day + (153 * months + 2) / 5 + 365 * years + years / 4 - 32_083
    return julianDay - 2_440_588
  }
}
