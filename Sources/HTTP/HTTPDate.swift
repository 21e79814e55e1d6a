import Essentials
import FoundationEssentials

/// The dates that HTTP writes in headers (RFC 9110, section 5.6.7).
enum HTTPDate {
  /// Reads `Sun, 06 Nov 1994 08:49:37 GMT` and the two obsolete forms, `Sunday, 06-Nov-94 08:49:37 GMT` and
  /// `Sun Nov  6 08:49:37 1994`. The name of the day is not checked.
  static func date(_ text: String) -> Date? {
    let words = text.split { $0 == " " || $0 == "-" }.map(String.init)
    guard words.count >= 5 else { return nil }
    if words.count >= 6, words[0].hasSuffix(","), words[5] == "GMT" {
      return date(day: words[1], month: words[2], year: words[3], time: words[4])
    }
    guard words.count == 5 else { return nil }
    return date(day: words[2], month: words[1], year: words[4], time: words[3])
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private static func date(day: String, month: String, year: String, time: String) -> Date? {
    let clock = time.split(separator: ":").map { Int($0) }
    guard let month = months.firstIndex(of: month), let day = Int(day), var year = Int(year),
      clock.count == 3,
      let hour = clock[0], let minute = clock[1], let second = clock[2],
      (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
    else { return nil }
    // RFC 850 writes two digits of the year.
    if year < 100 { year += year < 70 ? 2000 : 1900 }
    guard let date = CalendarDate(year: year, month: month + 1, day: day) else { return nil }
    return date.startOfDayUTC.addingTimeInterval(Double(hour * 3600 + minute * 60 + second))
  }
}
