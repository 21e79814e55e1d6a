import Connectors
import FlowKit

/// The names of what is above org units, from the top down.
///
/// DHIS2 sends them with each unit. Where some are missing, they are looked up by the ids of the path, each once: a server
/// may leave them out, and what is not there shows as such.
struct OrgUnitHierarchy {
  private let server: DHIS2
  private var known: [String: String?] = [:]

  init(_ server: DHIS2) { self.server = server }

  /// One for each level above the unit's own; nil for a unit that is not there, or may not be seen.
  mutating func names(above unit: OrgUnit) async throws -> [String?] {
    if unit.ancestorNames.count == unit.level - 1 { return unit.ancestorNames }
    let ids = unit.steps.dropLast().map(String.init)
    let unknown = ids.filter { known[$0] == nil }
    if !unknown.isEmpty {
      for id in unknown { known.updateValue(nil, forKey: id) }
      for try await found in server.orgUnits(OrgUnitQuery(ids: unknown)) {
        known.updateValue(found.name, forKey: found.id)
      }
    }
    let names = ids.map { known[$0] ?? nil }
    return names.count < unit.level - 1
      ? names + Array(repeating: nil, count: unit.level - 1 - names.count) : names
  }
}
