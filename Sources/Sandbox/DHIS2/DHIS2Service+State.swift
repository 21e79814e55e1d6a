internal import Essentials
internal import FoundationEssentials
internal import JSON

/// What DHIS2 holds, in a form that another process can go on with: metadata besides the org units, which are made from
/// the seed, and the data values. Sessions, jobs and registrations of complete data are not kept.
extension DHIS2Service {
  private static let keptTypes = MetadataType.all.filter {
    !["organisationUnits", "organisationUnitLevels", "users"].contains($0.plural)
  }

  func snapshot() -> JSONValue {
    var objects = JSONObject()
    for type in Self.keptTypes {
      objects[type.plural] = .array(store.objects(type).map { .object($0) })
    }
    let rows = values.values.filter { !$0.value.isDeleted }.map { key, stored -> JSONValue in
      let shown = values.shown(key, stored)
      return [
        .string(shown.dataElement), .string(shown.period), .string(shown.orgUnit),
        .string(shown.categoryOptionCombo), .string(shown.attributeOptionCombo), .string(shown.value),
        shown.comment.map { .string($0) } ?? .null, .string(shown.storedBy),
        .number(shown.created.timeIntervalSince1970), .number(shown.lastUpdated.timeIntervalSince1970),
      ]
    }
    return ["metadata": .object(objects), "values": .array(rows)]
  }

  /// - Throws: `Misconfiguration` where the document is none of ``snapshot()``.
  func restore(_ document: JSONValue, from path: String) throws {
    guard let objects = document["metadata"]?.object, let rows = document["values"]?.array else {
      throw Misconfiguration(
        "\(path) is no state of a sandbox", remedy: "Remove it: the sandbox then begins afresh.")
    }
    for type in Self.keptTypes {
      for object in objects[type.plural]?.array?.compactMap(\.object) ?? [] {
        if let id = object["id"]?.string { store[type, id] = object }
      }
    }
    for row in rows {
      guard let cells = row.array, cells.count == 10, let value = cells[5].string,
        let storedBy = cells[7].string, let created = cells[8].double, let updated = cells[9].double
      else { continue }
      let ids = cells.prefix(5).map { values.names.number($0.string ?? "") }
      let key = DataValueStore.Key(
        dataElement: ids[0], period: ids[1], orgUnit: ids[2], categoryOptionCombo: ids[3],
        attributeOptionCombo: ids[4])
      values.values[key] = DataValueStore.Stored(
        value: value, comment: cells[6].string, storedBy: values.names.number(storedBy),
        created: Date(timeIntervalSince1970: created), lastUpdated: Date(timeIntervalSince1970: updated))
    }
  }
}
