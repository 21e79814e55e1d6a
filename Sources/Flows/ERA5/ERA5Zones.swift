import Climate
import Connectors
import FlowKit

/// The org units of a run as zones over a grid.
struct ERA5Zones: Sendable {
  /// Every org unit, in the order of ``zones``.
  let units: [OrgUnit]
  let zones: [Zone]
  /// Why a unit's geometry cannot be used; nil where it can.
  let refusals: [String?]
  /// What is asked of the store: all borders, aligned outward to its grid; two areas on both sides of the antimeridian.
  let areas: [RequestArea]

  /// - Parameter selection: how the org units were chosen, for messages: `level 2`.
  init(_ units: [OrgUnit], selection: String) throws {
    guard !units.isEmpty else {
      throw Misconfiguration(
        "there are no org units of \(selection), or the user may not see them",
        remedy:
          "Choose others by org_unit_level, org_units or org_unit_group, or give the user the org units.")
    }
    self.units = units
    zones = try units.map { unit in
      Zone(
        id: unit.id, shape: try unit.geometry.map { try Shape(geoJSON: $0) } ?? .refused("it has no geometry")
      )
    }
    refusals = zones.map { zone in
      if case .refused(let reason) = zone.shape { reason } else { nil }
    }
    areas = RequestArea.covering(zones.map(\.shape))
    guard !areas.isEmpty else {
      throw Misconfiguration(
        "none of the \(units.count) org units of \(selection) has a border or a place",
        remedy: "Import their geometry into DHIS2, or choose other org units.")
    }
  }

  /// The weights on the grid of a file, from the cache where an earlier run left them.
  ///
  /// - Throws: `Rejection` where the file lies on another grid than the data set: it was interpolated on its way.
  func weights(on file: ClimateFile, cacheFolder: String, log: Log) throws -> ZonalWeights {
    let weights = ZonalWeights.cached(in: cacheFolder, grid: try file.grid, zones: zones, log: log)
    let delivery = Delivery(of: weights)
    guard delivery.isOnLattice else { throw Rejection(delivery.problems.joined(separator: " ")) }
    for problem in delivery.problems { log.warning(problem) }
    return weights
  }

  /// The same for the same borders in the same order, on every machine: for the record of a run.
  var borderHash: String {
    var hash = ContentHash()
    for unit in units {
      hash.add(unit.id)
      hash.add(String(decoding: unit.geometry ?? [], as: UTF8.self))
    }
    return hash.text
  }
}
