internal import Essentials
internal import JSON

extension Country {
  /// A country whose level 2 is a GeoJSON file: one unit a feature, under one root without a border.
  static func file(_ path: String, seed: UInt64) throws -> Country {
    let document = try JSONValue(parsing: try ServedFile.read(path))
    guard let features = document["features"]?.array, !features.isEmpty else {
      throw Misconfiguration("org units file \(path): no features in it")
    }
    let rootID = UID.make(seed: seed, name: "root of a file")
    let root = SandboxOrgUnit(
      id: rootID, code: "ROOT", name: "Sluicia", shortName: "Sluicia", level: 1, path: "/\(rootID)",
      openingDate: "1970-01-01")
    let units = try features.map { feature in
      guard let id = feature["id"]?.string, UID.isValid(id) else {
        throw Misconfiguration(
          "org units file \(path): feature id \(feature["id"] ?? .null) is no DHIS2 UID",
          remedy: "UIDs have 11 letters and digits and begin with a letter.")
      }
      let name = feature["properties"]?["name"]?.string ?? id
      return SandboxOrgUnit(
        id: id, code: feature["properties"]?["code"]?.string, name: name, shortName: String(name.prefix(50)),
        level: 2,
        parent: rootID, path: "/\(rootID)/\(id)", openingDate: "1970-01-01",
        geometry: feature["geometry"].flatMap(SandboxGeometry.init(json:)))
    }
    guard Set(units.map(\.id)).count == units.count else {
      throw Misconfiguration("org units file \(path): a feature id appears twice")
    }
    return Country(
      name: "Sluicia", units: [root] + units, land: LandMask(units.flatMap { $0.geometry?.polygons ?? [] }))
  }
}
