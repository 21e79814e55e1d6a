import JSON

/// Org units as maps have them.
public enum OrgUnitFeatures {
  /// Reads a GeoJSON FeatureCollection of org units, as `/api/organisationUnits.geojson` and DHIS2's Maps app write it:
  /// the id is that of the feature, the path its `parentGraph`. Units without a geometry are not in such files.
  ///
  /// - Throws: `JSONSyntaxError` where it is none, or a feature has no id.
  public static func read(geoJSON bytes: [UInt8]) throws -> [OrgUnit] {
    try JSONReader.read(bytes) { reader in
      var units: [OrgUnit] = []
      try reader.readObject { reader, key in
        guard key == "features" else { return try reader.skipValue() }
        try reader.readArray { units.append(try feature(&$0)) }
      }
      return units
    }
  }

  /// Reads the answer of `/api/geoFeatures`: short names, and coordinates as a text.
  ///
  /// - Throws: `JSONSyntaxError` where it is none.
  public static func read(geoFeatures bytes: [UInt8]) throws -> [OrgUnit] {
    let list = try JSONValue(parsing: bytes).array ?? []
    return list.compactMap { feature in
      guard let id = feature["id"]?.string else { return nil }
      return OrgUnit(
        id: id, name: feature["na"]?.string, code: feature["code"]?.string, level: feature["le"]?.integer,
        parents: feature["pg"]?.string,
        geometry: feature["co"]?.string.flatMap { OrgUnit.geometry(coordinates: $0) })
    }
  }

  private static func feature(_ reader: inout JSONReader) throws -> OrgUnit {
    var id: String?
    var properties: JSONValue = [:]
    var geometry: [UInt8]?
    try reader.readObject { reader, key in
      switch (key, try reader.peek()) {
      case ("id", .string): id = try reader.readString()
      case ("properties", .object): properties = try reader.readValue()
      case ("geometry", .object): geometry = try reader.readRawValue()
      default: try reader.skipValue()
      }
    }
    guard let id = id ?? properties["id"]?.string else { throw reader.error("expected a feature with an id") }
    let level = properties["level"]
    return OrgUnit(
      id: id, name: properties["name"]?.string, code: properties["code"]?.string,
      level: level?.integer ?? level?.string.flatMap { Int($0) }, parents: properties["parentGraph"]?.string,
      geometry: geometry)
  }
}

extension OrgUnit {
  /// - Parameter parents: the ids of the units above, from the root: `ImspTQPwCqd/O6uvpzGd5pu`.
  fileprivate init(
    id: String, name: String?, code: String?, level: Int?, parents: String?, geometry: [UInt8]?
  ) {
    let steps = (parents ?? "").split(separator: "/").map(String.init) + [id]
    self.init(
      id: id, name: name ?? id, code: code, level: level ?? steps.count,
      path: "/" + steps.joined(separator: "/"),
      geometry: geometry)
  }
}
