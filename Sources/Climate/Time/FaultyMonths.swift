public import Essentials

/// Months in which the product of monthly means is known to be wrong.
///
/// In the monthly means of ERA5-Land, accumulated variables of 2022-09 to 2024-02 are far too small: over Sierra Leone
/// rain comes to less than half of what it should (https://forum.ecmwf.int/t/2370).
public enum FaultyMonths {
  /// Of accumulated variables, such as precipitation and radiation, in monthly means.
  public static let accumulations: ClosedRange<CalendarMonth> = {
    let first = CalendarMonth(of: CalendarDate(daysSinceEpoch: 19_236))
    let last = CalendarMonth(of: CalendarDate(daysSinceEpoch: 19_754))
    return first...last
  }()

  /// Those of the months that are wrong.
  public static func among(_ months: [CalendarMonth]) -> [CalendarMonth] {
    months.filter { accumulations.contains($0) }
  }
}

extension ZonalSeries {
  /// The same series, for totals of accumulated variables from monthly means.
  ///
  /// - Throws: ``ClimateFailure`` where it has months in which that product is wrong.
  public func refusingFaultyMonths() throws -> ZonalSeries {
    let faulty = FaultyMonths.among(months)
    guard let first = faulty.first, let last = faulty.last else { return self }
    throw ClimateFailure(
      "the monthly means of accumulated variables are wrong for \(faulty.count) months from \(first) to \(last)",
      remedy: "Take totals of days from the hourly data (stamps of 00 UTC) for these months.")
  }

  /// The series with values of the faulty months taken from totals of the same zones and months, in the same unit.
  ///
  /// - Throws: ``ClimateFailure`` where these have other zones, or lack a month.
  public func replacingFaultyMonths(with totals: ZonalSeries) throws -> ZonalSeries {
    guard totals.ids == ids else {
      throw ClimateFailure("the totals that should replace faulty months are of other zones", kind: .fault)
    }
    let positions = Dictionary(
      totals.months.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var result = self
    for (time, month) in months.enumerated() where FaultyMonths.accumulations.contains(month) {
      guard let other = positions[month] else {
        throw ClimateFailure("there is no total to replace that of the faulty month \(month)")
      }
      for zone in ids.indices {
        let (target, source) = (time * ids.count + zone, other * ids.count + zone)
        result.values[target] = totals.values[source]
        result.statuses[target] = totals.statuses[source]
        result.validFractions[target] = totals.validFractions[source]
      }
      result.versions[time] = totals.versions[other]
    }
    return result
  }
}
