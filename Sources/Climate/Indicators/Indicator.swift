internal import Essentials

/// A quantity that people ask for, how it is made, and what it means.
public struct Indicator: Sendable {
  /// How hourly values become one of a day.
  public enum Reduction: Sendable, Hashable {
    /// A statistic of the 24 hourly values.
    case daily(DailyStatistic)
    /// The total of a variable that is accumulated from 00 UTC.
    case total
  }

  /// A name for programs: `relative_humidity`.
  public let id: String
  /// A name for people.
  public let title: String
  public let unit: String
  /// In the terms of the variables.
  public let formula: String
  /// Where the formula is from.
  public let source: String
  /// What it is, in a sentence.
  public let definition: String
  /// The variables of ERA5-Land that it is made from, by the names of the files.
  public let variables: [String]
  /// How days become weeks or months.
  public let aggregation: Aggregation
  public let reduction: Reduction
  /// Whether the formula may be applied after averaging over time: only where it is linear.
  public let isLinear: Bool
  let formulaOf: @Sendable ([Double]) -> Double

  /// The value from one value of each variable, in the order of ``variables`` and in the units of the files; totals of
  /// days for what is accumulated.
  public func value(_ inputs: [Double]) -> Double { formulaOf(inputs) }

  /// Whether monthly means of the variables give the same as the hours of the month: not where the formula is not linear,
  /// and not for what is the lowest or highest of a day.
  public var canBeMadeOfMeans: Bool {
    isLinear && (reduction == .total || reduction == .daily(.mean))
  }

  /// The title where only monthly means of the variables were at hand, which mostly is something else
  /// (``canBeMadeOfMeans``): it says so.
  public var titleOfMeans: String {
    canBeMadeOfMeans ? title : "\(title) (of the monthly means of its variables)"
  }

  /// The definition where only monthly means were at hand.
  public var definitionOfMeans: String {
    canBeMadeOfMeans
      ? definition
      : "\(definition) Worked out from monthly means of \(variables.joined(separator: " and ")), not from hourly values: the two differ."
  }
}

extension Indicator {
  /// Values of local days.
  ///
  /// What is not linear is worked out hour by hour in each cell, before the day and the zone.
  /// - Parameter fields: hourly fields of ``variables``, in their order, all of the same grid and times.
  /// - Throws: ``ClimateFailure`` where they are not.
  public func daily(from fields: [Field], offset: UTCOffset = .utc) throws -> PeriodField {
    guard fields.count == variables.count else {
      throw ClimateFailure(
        "\(title) needs \(variables.joined(separator: ", ")), not \(fields.count) fields", kind: .fault)
    }
    switch reduction {
    case .total: return fields[0].dailyTotals(offset: offset).mapValues(note: formula) { value([$0]) }
    case .daily(let statistic) where isLinear:
      return fields[0].daily(statistic, offset: offset).mapValues(note: formula) { value([$0]) }
    case .daily(let statistic): return try combined(fields).daily(statistic, offset: offset)
    }
  }

  /// The formula in each cell at each time.
  ///
  /// - Throws: ``ClimateFailure`` where the fields differ in grid or times.
  public func combined(_ fields: [Field]) throws -> Field {
    guard let first = fields.first, fields.count == variables.count,
      fields.allSatisfy({ $0.grid == first.grid && $0.times == first.times })
    else {
      throw ClimateFailure(
        "\(title) needs \(variables.joined(separator: " and ")) on the same grid at the same times")
    }
    var values: [Double] = []
    let steps = max(first.times.count, 1)
    values.reserveCapacity(steps * first.grid.cellCount)
    var scratches = fields.map { _ in PlaneScratch() }
    for step in 0..<steps {
      let planes = fields.indices.map { index in
        fields[index].withPlane(step, scratch: &scratches[index]) { Array($0) }
      }
      var inputs = [Double](repeating: 0, count: planes.count)
      for cell in 0..<first.grid.cellCount {
        for index in planes.indices { inputs[index] = planes[index][cell] }
        values.append(value(inputs))
      }
    }
    let versions = (0..<steps).map { step in
      fields.dropFirst().reduce(first.versions[step]) { $0.combined(with: $1.versions[step]) }
    }
    return Field(grid: first.grid, times: first.times, versions: versions, values: .doubles(values))
  }
}
