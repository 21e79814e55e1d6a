import FlowKit

/// Which months were imported while they were preliminary: a later run imports them again when they are final.
struct ERA5Preliminary {
  let dataSet: String
  /// How the org units are chosen.
  let selection: String
  let indicators: [ERA5Indicator]

  /// Final data comes two to three months later; what is older than this was lost sight of.
  static let longest = 12

  /// Each choice has a note of its own: importing one indicator makes no other final.
  private var name: String {
    let chosen =
      indicators.count == ERA5Indicator.allCases.count
      ? "" : " \(indicators.map(\.rawValue).sorted().joined(separator: ","))"
    return "preliminary \(dataSet) \(selection)\(chosen)"
  }

  func months(_ run: FlowRun) async throws -> [CalendarMonth] {
    (try await run.watermark(name))?.array?.compactMap { $0.string.flatMap { CalendarMonth($0) } } ?? []
  }

  /// Notes what some months turned out to be.
  func keep(_ months: [CalendarMonth], stillPreliminary: Set<CalendarMonth>, _ run: FlowRun) async throws {
    let before = try await self.months(run)
    let after = Set(before).subtracting(months).union(stillPreliminary).sorted().suffix(Self.longest)
    guard Array(after) != before else { return }
    try await run.setWatermark(name, to: .array(after.map { .string($0.description) }))
  }
}
