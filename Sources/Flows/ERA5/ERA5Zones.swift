import Climate
import Connectors
import FlowKit

/// The org units of a run as zones over a grid.
struct ERA5Zones: Sendable {
  /// Every org unit, in the order of ``zones``.
  let units: [OrgUnit]
  let zones: [Zone]
  /// What is asked of the store: all borders, aligned outward to its grid.
  let area: RequestArea

  init(_ units: [OrgUnit], level: Int) throws {
    guard !units.isEmpty else {
      throw Misconfiguration(
        "there are no org units of level \(level), or the user may not see them",
        remedy: "Choose another org_unit_level, or give the user the org units.")
    }
    self.units = units
    zones = try units.map { unit in
      Zone(
        id: unit.id, shape: try unit.geometry.map { try Shape(geoJSON: $0) } ?? .refused("it has no geometry")
      )
    }
    let areas = RequestArea.covering(zones.map(\.shape))
    guard let first = areas.first else {
      throw Misconfiguration(
        "none of the \(units.count) org units of level \(level) has a border or a place",
        remedy: "Import their geometry into DHIS2, or choose another org_unit_level.")
    }
    // On both sides of the antimeridian: one request of the whole circle of longitudes keeps borders in one piece.
    area =
      areas.count == 1 ? first : RequestArea(north: first.north, west: -180, south: first.south, east: 180)
  }
}
