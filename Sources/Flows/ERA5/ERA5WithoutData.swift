import Climate
import Connectors
import FlowKit

/// Org units that the store has no data for: they lie far from any cell with data. A run that looks for what is missing
/// does not wait for them.
struct ERA5WithoutData {
  let zones: ERA5Zones
  /// How the org units are chosen.
  let selection: String

  /// A variable of Prefect takes 5,000 characters.
  private static let mostInEntry = 150

  /// A unit with another border, or within another area, is looked at anew.
  private func mark(_ unit: OrgUnit) -> String {
    let area = "\(zones.areas.map(\.values))"
    return String(SHA256.hexadecimal(Array(unit.geometry ?? []) + Array(area.utf8)).prefix(8))
  }

  private func name(_ entry: Int) -> String {
    "without data \(selection)\(entry == 0 ? "" : " \(entry + 1)")"
  }

  /// The ids of those that earlier runs found.
  func units(_ run: FlowRun) async throws -> Set<String> {
    let kept = try await entries(run).joined().reduce(into: [:]) { $0[$1.key] = $1.value.string }
    return Set(zones.units.filter { kept[$0.id] == mark($0) }.map(\.id))
  }

  private func entries(_ run: FlowRun) async throws -> [JSONObject] {
    var entries: [JSONObject] = []
    while let entry = try await run.watermark(name(entries.count))?.object { entries.append(entry) }
    return entries
  }

  /// Notes what some values show.
  func keep(_ values: ERA5Values, _ run: FlowRun) async throws {
    let none = Set(values.gaps.filter { $0.status == .noData }.map(\.unit.id))
    let some = Set(values.values.map(\.unit.id))
    guard !none.isEmpty || !some.isEmpty else { return }
    let before = try await entries(run)
    let known = try await units(run)
    let after = zones.units.filter {
      !some.contains($0.id) && (none.contains($0.id) || known.contains($0.id))
    }.sorted { $0.id < $1.id }
    var entries: [JSONObject] = []
    for unit in after {
      if (entries.last?.count ?? Self.mostInEntry) >= Self.mostInEntry { entries.append([:]) }
      entries[entries.count - 1][unit.id] = .string(mark(unit))
    }
    // What is not needed any more becomes empty: there is no taking away.
    while entries.count < before.count { entries.append([:]) }
    for (number, entry) in entries.enumerated() where number >= before.count || before[number] != entry {
      try await run.setWatermark(name(number), to: .object(entry))
    }
  }
}
