public import FoundationEssentials

/// The three forms in which Prefect's programs write a moment.
public enum WireDate {
  /// Reads RFC 3339 (`2026-11-21T00:26:17.004157Z`) and Python's `str()`, which has a space in place of the `T`. A
  /// time without an offset is UTC. Nil where the text is neither.
  public static func date(_ text: String) -> Date? {
    var scanner = Scanner(text)
    guard let year = scanner.digits(4), scanner.skip("-"), let month = scanner.digits(2), scanner.skip("-"),
      let day = scanner.digits(2), scanner.skip("T") || scanner.skip("t") || scanner.skip(" "),
      let hour = scanner.digits(2), scanner.skip(":"), let minute = scanner.digits(2), scanner.skip(":"),
      let second = scanner.digits(2), (1...12).contains(month), (1...31).contains(day), hour < 24,
      minute < 60,
      second <= 60, let microseconds = scanner.fraction(), let offset = scanner.offset(), scanner.isAtEnd
    else { return nil }
    let seconds = daysSinceEpoch(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset
    return date(seconds: seconds, microseconds: microseconds)
  }

  /// Reads seconds since 1970, as Python's `timestamp()` gives them.
  public static func date(epoch: Double) -> Date? {
    guard epoch.isFinite, abs(epoch) < 253_402_300_800 else { return nil }
    return Date(timeIntervalSince1970: epoch)
  }

  /// RFC 3339 in UTC with microseconds: `2026-11-21T00:26:18.545000Z`.
  public static func text(_ date: Date) -> String {
    // Through the reference date, in which a Date is kept, so that no digit is lost.
    let total = Int((date.timeIntervalSinceReferenceDate * 1e6).rounded()) + 978_307_200 * 1_000_000
    let (seconds, microseconds) = floorDivision(total, 1_000_000)
    let (days, time) = floorDivision(seconds, 86400)
    let (year, month, day) = calendarDate(days)
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(padded(time / 3600, 2)):"
      + "\(padded(time / 60 % 60, 2)):\(padded(time % 60, 2)).\(padded(microseconds, 6))Z"
  }

  private static func date(seconds: Int, microseconds: Int) -> Date {
    Date(timeIntervalSinceReferenceDate: Double(seconds - 978_307_200) + Double(microseconds) / 1e6)
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return digits.utf8.count < width
      ? String(repeating: "0", count: width - digits.utf8.count) + digits : digits
  }

  private static func floorDivision(_ value: Int, _ divisor: Int) -> (Int, Int) {
    let remainder = value % divisor
    return remainder < 0 ? (value / divisor - 1, remainder + divisor) : (value / divisor, remainder)
  }

  /// Days from 1 January 1970 in the Gregorian calendar (Howard Hinnant, "chrono-compatible low-level date
  /// algorithms", days_from_civil).
  private static func daysSinceEpoch(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let year = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = floorDivision(year, 400)
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// The reverse (civil_from_days).
  private static func calendarDate(_ days: Int) -> (Int, Int, Int) {
    let (era, dayOfEra) = floorDivision(days + 719_468, 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }
}

extension WireDate {
  /// Reads the parts of a moment from front to back.
  private struct Scanner {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = text[...].utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ letter: Unicode.Scalar) -> Bool {
      guard rest.first == UInt8(ascii: letter) else { return false }
      rest.removeFirst()
      return true
    }

    mutating func digits(_ count: Int) -> Int? {
      let digits = rest.prefix(count)
      guard digits.count == count, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
      rest.removeFirst(count)
      return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
    }

    /// Microseconds, 0 where there is no fraction; further digits are cut off.
    mutating func fraction() -> Int? {
      guard skip(".") else { return 0 }
      let digits = rest.prefix { (48...57).contains($0) }
      guard !digits.isEmpty else { return nil }
      rest.removeFirst(digits.count)
      let six = Array(digits.prefix(6))
      return six.reduce(0) { $0 * 10 + Int($1 - 48) } * [1, 100_000, 10_000, 1000, 100, 10, 1][six.count]
    }

    /// Seconds east of UTC.
    mutating func offset() -> Int? {
      if isAtEnd || skip("Z") || skip("z") { return 0 }
      let sign = skip("+") ? 1 : -1
      guard sign == 1 || skip("-"), let hours = digits(2) else { return nil }
      if isAtEnd { return sign * hours * 3600 }
      _ = skip(":")
      guard let minutes = digits(2), minutes < 60, hours < 24 else { return nil }
      return sign * (hours * 3600 + minutes * 60)
    }
  }
}
