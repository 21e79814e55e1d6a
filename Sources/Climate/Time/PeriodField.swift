public import Essentials
internal import FoundationEssentials

/// One value for each cell and period.
public struct PeriodField: Sendable {
  /// Complete ones only, ascending.
  public let periods: [Period]
  /// Periods that were begun and cannot be had, because times are missing; and how many.
  public let incomplete: [(period: Period, missing: Int)]
  /// The values; the time of each is 00 UTC of the period's first day.
  public let field: Field
  /// How the values were made: for the provenance.
  public let notes: [String]

  /// The mean over each zone; times are those of ``field``, in the order of ``periods``.
  public func means(over weights: ZonalWeights, options: ZonalOptions = ZonalOptions()) throws -> ZonalSeries
  {
    try weights.means(of: field, options: options)
  }

  /// The same with another number for each value.
  public func mapValues(note: String? = nil, _ convert: (Double) -> Double) -> PeriodField {
    var values = field.values.doubles
    for index in values.indices { values[index] = convert(values[index]) }
    return PeriodField(
      periods: periods, incomplete: incomplete,
      field: Field(grid: field.grid, times: field.times, versions: field.versions, values: .doubles(values)),
      notes: notes + [note].compactMap { $0 })
  }
}

/// How values of days become one value.
public enum Aggregation: String, Sendable, Hashable, CaseIterable {
  case mean, sum, minimum, maximum

  func start() -> Double {
    switch self {
    case .mean, .sum: 0
    case .minimum: .infinity
    case .maximum: -.infinity
    }
  }

  @inline(__always)
  func add(_ value: Double, to total: Double) -> Double {
    if value.isNaN || total.isNaN { return .nan }
    switch self {
    case .mean, .sum: return total + value
    case .minimum: return min(total, value)
    case .maximum: return max(total, value)
    }
  }
}

extension PeriodField {
  /// Values of longer periods from those of days. A period of which a day is missing is none, and is listed.
  ///
  /// - Throws: ``ClimateFailure`` where the values are not of days.
  public func aggregated(to kind: PeriodKind, _ aggregation: Aggregation) throws -> PeriodField {
    guard periods.allSatisfy({ $0.kind == .day }), incomplete.allSatisfy({ $0.period.kind == .day }) else {
      throw ClimateFailure(
        "only values of days can be put together into periods of kind \(kind.rawValue)", kind: .fault)
    }
    let positions = Dictionary(uniqueKeysWithValues: periods.enumerated().map { ($1.firstDay, $0) })
    let wanted = Set(
      (periods.map(\.firstDay) + incomplete.map(\.period.firstDay)).map { Period(kind, containing: $0) }
    )
    .sorted { $0.firstDay < $1.firstDay }
    var builder = PeriodFieldBuilder(grid: field.grid)
    var scratch = PlaneScratch()
    for period in wanted {
      let days = period.days.map { positions[$0] }
      let missing = days.filter { $0 == nil }.count
      guard missing == 0 else {
        builder.incomplete.append((period, missing))
        continue
      }
      var totals = [Double](repeating: aggregation.start(), count: field.grid.cellCount)
      var version: DataVersion?
      for day in days.compactMap({ $0 }) {
        version = version?.combined(with: field.versions[day]) ?? field.versions[day]
        field.withPlane(day, scratch: &scratch) { plane in
          for cell in totals.indices { totals[cell] = aggregation.add(plane[cell], to: totals[cell]) }
        }
      }
      if aggregation == .mean { for cell in totals.indices { totals[cell] /= Double(days.count) } }
      builder.append(period, totals, version ?? .unknown)
    }
    builder.notes = notes + ["\(aggregation.rawValue) of the days of each \(kind.rawValue)"]
    return builder.finished()
  }
}

/// Collects planes.
struct PeriodFieldBuilder {
  let grid: Grid
  var periods: [Period] = []
  var incomplete: [(period: Period, missing: Int)] = []
  var versions: [DataVersion] = []
  var values: [Double] = []
  var notes: [String] = []

  init(grid: Grid) { self.grid = grid }

  mutating func append(_ period: Period, _ plane: [Double], _ version: DataVersion) {
    periods.append(period)
    values += plane
    versions.append(version)
  }

  func finished() -> PeriodField {
    PeriodField(
      periods: periods, incomplete: incomplete,
      field: Field(
        grid: grid, times: periods.map(\.firstDay.startOfDayUTC), versions: versions, values: .doubles(values)
      ),
      notes: notes)
  }
}
