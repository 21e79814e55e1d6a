internal import JSON

/// `GET /api/organisationUnits.geojson`: units with a border or a place as features, level 1 where none is asked for.
/// Units without one are left out without a word, and there are no pages.
struct OrgUnitFeatures {
  let store: MetadataStore
  let call: Call

  func reply() -> Reply {
    let asked = call.parameters("level").compactMap { Int($0) }
    let levels = asked.isEmpty ? [1] : asked
    let parents = call.parameters("parent")
    let features = store.objects(.organisationUnits).compactMap { unit -> JSONValue? in
      guard let geometry = unit["geometry"], levels.contains(unit["level"]?.integer ?? 0),
        parents.isEmpty || store.isUnit(unit, within: parents)
      else { return nil }
      var properties = JSONObject()
      properties["code"] = unit["code"]
      properties["name"] = unit["name"]
      properties["level"] = .string("\(unit["level"]?.integer ?? 0)")
      properties["parent"] = unit["parent"]?["id"]
      properties["parentGraph"] = .string(
        (unit["path"]?.string ?? "").split(separator: "/").dropLast().joined(separator: "/"))
      properties["groups"] = []
      return [
        "type": "Feature", "id": unit["id"] ?? .null, "geometry": geometry, "properties": .object(properties),
      ]
    }
    return .json(
      ["type": "FeatureCollection", "features": .array(features)], type: "application/json+geojson")
  }
}
