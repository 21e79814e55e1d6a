public import FoundationEssentials

/// The values of zones at all times of a field.
public struct ZonalSeries: Sendable {
  public let ids: [String]
  public internal(set) var times: [Date]
  /// Final or preliminary, one for each time.
  public internal(set) var versions: [DataVersion]
  /// Why a zone was refused; nil for those that were not.
  public let refusals: [String?]
  public let inGridFractions: [Double]
  /// Times x zones; NaN where there is no value.
  package var values: [Double]
  package internal(set) var statuses: [ZonalStatus]
  package internal(set) var validFractions: [Double]
  /// At least 1: a field without a time has one step.
  public internal(set) var stepCount: Int

  /// The value of a zone at a time, both by position.
  public subscript(zone zone: Int, time time: Int) -> ZonalValue {
    let index = time * ids.count + zone
    let status = statuses[index]
    return ZonalValue(
      value: status.hasValue ? values[index] : nil, status: status, validFraction: validFractions[index],
      inGridFraction: inGridFractions[zone])
  }

  /// How many values have each status: for a log line, and for warnings.
  public var statusCounts: [ZonalStatus: Int] {
    statuses.withUnsafeBufferPointer { ZonalStatus.counts($0[...]) }
  }

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

extension ZonalSeries {
  /// Puts series of the same zones one behind the other; there is at least one.
  init(joining parts: [ZonalSeries]) {
    self = parts[0]
    for part in parts.dropFirst() {
      times += part.times
      versions += part.versions
      values += part.values
      statuses += part.statuses
      validFractions += part.validFractions
      stepCount += part.stepCount
    }
  }
}
