import Essentials

/// The months of the Nepali calendar (Bikram Sambat), of which no rule gives the lengths: they are published for each
/// year.
///
/// The lengths are those that DHIS2 has (`NepaliCalendar.java`, the same in 2.40 to 2.43), as it decides which days a
/// period has; the calendar of Nepal, as the package nepali-datetime has it, differs in the years 1977, 1989, 1993, 2062,
/// 2087, 2092, 2093 and 2098. Later years than the current one are forecasts.
enum NepaliCalendar {
  static let firstYear = 1970
  static let lastYear = 2100

  /// 1 Baisakh 1970 was 13 April 1913: 81 years of days before 1 Baisakh 2051, 14 April 1994.
  private static let epoch = CalendarDate(year: 1913, month: 4, day: 13)!.daysSinceEpoch

  /// The days from the epoch to the first of each month, twelve a year, and the day behind the last.
  private static let starts: [Int] = {
    var day = epoch
    var starts: [Int] = []
    for digit in lengths.utf8 where (48...57).contains(digit) {
      starts.append(day)
      day += Int(digit) - 48 + 29
    }
    return starts + [day]
  }()

  /// The first day of a month as days since 1970-01-01; nil outside the published years.
  static func start(year: Int, month: Int) -> Int? {
    guard (firstYear...lastYear).contains(year), (1...12).contains(month) else { return nil }
    return starts[(year - firstYear) * 12 + month - 1]
  }

  /// The number of days of a month; nil outside the published years.
  static func length(year: Int, month: Int) -> Int? {
    guard let start = start(year: year, month: month) else { return nil }
    return starts[(year - firstYear) * 12 + month] - start
  }

  /// Year, month and day of a day since 1970-01-01; nil outside the published years.
  static func date(daysSinceEpoch day: Int) -> (year: Int, month: Int, day: Int)? {
    guard let last = starts.last, day >= starts[0], day < last else { return nil }
    var (low, high) = (0, starts.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= day { low = middle } else { high = middle }
    }
    return (firstYear + low / 12, low % 12 + 1, day - starts[low] + 1)
  }

  /// The lengths of the months less 29, twelve digits a year.
  private static let lengths = """
    223222101011 223231101011 232321110012 132321110102 133222101011 223321101011 232321110012
    132322010102 223222101011 223321101011 232321110012 222322011011 223222101011 223321101011
    232321110012 222322011011 223222101011 232321101011 232321110012 222322101011 223222101011
    232321110011 232321110102 222322101011 223222101011 232321110011 232321110102 223222101011
    223222101011 232321110012 132321110102 223222101011 223321101011 232321110012 132321110102
    223222101011 223321101011 232321110012 222322011002 223222101011 223321101011 232321110012
    222322011011 223222101011 223321101011 232321110012 222322011011 223222101011 232321101011
    232321110102 222322101011 223222101011 232321110011 232321110102 222322101011 223222101011
    232321110012 132321110102 223222101011 223231101011 232321110012 132321110102 223222101011
    223321101011 232321110012 132322011002 223222101011 223321101011 232321110012 222322011011
    223222101011 223321101011 232321110012 222322011011 223222101011 232321101011 232321110012
    222322101011 223222101011 232321110011 232321110102 222322101011 223222101011 232321110011
    232321110102 223222101011 223231101011 232321110012 132321110102 223222101011 223321101011
    232321110012 132322010102 223222101011 223321101011 232321110012 222322011002 223222101011
    223321101011 232321110012 222322011011 223222101011 232321101011 232321110012 222322101011
    223222101011 232321110011 232321110102 222322101011 223222101011 232321110011 232321110102
    223222101011 223222101011 223221110111 232312110111 132321110111 223222110111 123312110111
    132321110111 132321110111 223222110111 223321110111 232321110111 223221110111 223222101111
    123321101011 232321110111 223222010112 223222100111 232312101011
    """
}
