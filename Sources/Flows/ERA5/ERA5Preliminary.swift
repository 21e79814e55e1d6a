import Connectors
import FlowKit

/// Which months were imported while they were preliminary: a later run imports them again when they are final.
struct ERA5Preliminary {
  let dataSet: String
  /// How the org units are chosen.
  let selection: String
  let indicators: [ERA5Indicator]

  /// So many months are kept in sight, from the newest one back: final data comes two to three months later, and what has
  /// not arrived by then does not by itself.
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

  /// Notes which months of a run have to be imported again. One that was noted before stays so until DHIS2 holds all of
  /// its values, final ones: what it refused, and what the store left out this time, is preliminary there.
  func keep(_ plan: ERA5Plan, _ values: ERA5Values, _ delivery: ERA5Delivery, _ run: FlowRun) async throws {
    let before = try await self.months(run)
    let preliminary = Set(values.preliminaryPeriods.map(\.month))
    let notHeld = Set(delivery.notHeld.map(\.period))
    let lacking = values.missing.values.joined() + plan.periods.filter { notHeld.contains($0.id) }
    let settled =
      delivery.failure == nil ? Set(plan.months).subtracting(lacking.map(\.month)) : []
    let noted = Set(before).subtracting(settled).union(preliminary).sorted()
    let after =
      noted.last.map { newest in noted.filter { $0 > newest.adding(months: -Self.longest) } } ?? []
    guard after != before else { return }
    let forgotten = noted.filter { !after.contains($0) }
    if !forgotten.isEmpty {
      run.log.warning(
        "\(forgotten.map(\.description).joined(separator: ", ")) were imported while preliminary, and their final values never arrived as a whole; they are not tried again by themselves"
      )
    }
    try await run.setWatermark(name, to: .array(after.map { .string($0.description) }))
  }
}
