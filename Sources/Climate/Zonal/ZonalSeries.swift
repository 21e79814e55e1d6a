public import FoundationEssentials

/// The values of zones at all times of a field.
public struct ZonalSeries: Sendable {
  public let ids: [String]
  public let times: [Date]
  /// Final or preliminary, one for each time.
  public let versions: [DataVersion]
  /// Why a zone was refused; nil for those that were not.
  public let refusals: [String?]
  public let inGridFractions: [Double]
  /// Times x zones; NaN where there is no value.
  package var values: [Double]
  package let statuses: [ZonalStatus]
  package let validFractions: [Double]
  /// At least 1: a field without a time has one step.
  public let stepCount: Int

  /// The value of a zone at a time, both by position.
  public subscript(zone zone: Int, time time: Int) -> ZonalValue {
    let index = time * ids.count + zone
    let status = statuses[index]
    return ZonalValue(
      value: status.hasValue ? values[index] : nil, status: status, validFraction: validFractions[index],
      inGridFraction: inGridFractions[zone])
  }

  /// How many values have each status: for a log line, and for warnings.
  public var statusCounts: [ZonalStatus: Int] { Dictionary(statuses.map { ($0, 1) }, uniquingKeysWith: +) }

  /// The same series in another unit. The closure gets a value and its time.
  public func converted(_ convert: (Double, Date) -> Double) -> ZonalSeries {
    var result = self
    for (step, time) in times.enumerated() {
      for index in step * ids.count..<(step + 1) * ids.count {
        result.values[index] = convert(values[index], time)
      }
    }
    return result
  }
}
