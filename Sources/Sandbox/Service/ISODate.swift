internal import Essentials
internal import FoundationEssentials

/// Moments as the services write them.
extension Date {
  /// `2026-08-20T12:00:00.000`, UTC: DHIS2.
  var milliseconds: String { clock(fraction: 3) }

  /// `2026-08-20T12:00:00.000000`, UTC: the Climate Data Store.
  var microseconds: String { clock(fraction: 6) }

  private func clock(fraction digits: Int) -> String {
    let scale = digits == 3 ? 1000 : 1_000_000
    let ticks = Int((timeIntervalSince1970 * Double(scale)).rounded(.down))
    let second = ticks.quotient(scale)
    let day = CalendarDate(daysSinceEpoch: second.quotient(86_400))
    let inDay = second - second.quotient(86_400) * 86_400
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let rest = String(ticks - second * scale)
    let padded = String(repeating: "0", count: digits - rest.count) + rest
    return "\(day)T\(two(inDay / 3600)):\(two(inDay / 60 % 60)):\(two(inDay % 60)).\(padded)"
  }
}

extension Int {
  /// Division that rounds down, also below zero.
  func quotient(_ divisor: Int) -> Int {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }

  /// The remainder of ``quotient(_:)``, never below zero.
  func remainder(_ divisor: Int) -> Int { self - quotient(divisor) * divisor }
}

extension Date {
  /// Reads what ``milliseconds`` writes; nil for anything else.
  init?(dhis2 text: String) {
    guard let day = CalendarDate(String(text.prefix(10))), text.utf8.count >= 19 else { return nil }
    let clock = text.dropFirst(11).prefix(8).split(separator: ":").compactMap { Double($0) }
    guard clock.count == 3 else { return nil }
    let fraction = Double("0" + text.dropFirst(19).prefix(4)) ?? 0
    self.init(
      timeIntervalSince1970: Double(day.daysSinceEpoch) * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2]
        + fraction)
  }
}
