internal import FoundationEssentials
internal import JSON

/// `POST /api/metadata`, and what single-object writes share with it.
struct MetadataImport {
  let user: DHIS2User
  let now: Date
  var strategy = "CREATE_AND_UPDATE"
  var skipSharing = false
  var commits = true
  /// Whether one error keeps everything from being written.
  var isAtomic = true
  var reportsAll = false
  /// Whether deleted objects may go: units and elements that data refer to may not.
  var holdsData: (MetadataType, String) -> Bool = { _, _ in false }

  /// How one object fared.
  private struct Verdict {
    let id: String
    var errors: [MetadataError] = []
    var isUpdate = false
    var object: JSONObject?
  }

  /// Checks everything, then writes what may be written. Gives the import report and whether all went well.
  func run(_ bundle: JSONObject, _ store: inout MetadataStore) -> (report: JSONValue, isFine: Bool) {
    var coming: [MetadataType: Set<String>] = [:]
    for type in MetadataType.all {
      coming[type] = Set((bundle[type.plural]?.array ?? []).compactMap { $0["id"]?.string })
    }
    let types = MetadataType.all.filter { !(bundle[$0.plural]?.array ?? []).isEmpty }
    let verdicts = types.map { type in
      judge(bundle[type.plural]?.array ?? [], type, coming: coming, store)
    }
    let failed = verdicts.joined().contains { !$0.errors.isEmpty }
    var total = ImportStats()
    var typeReports: [JSONValue] = []
    for (type, list) in zip(types, verdicts) {
      var stats = ImportStats()
      for verdict in list {
        guard verdict.errors.isEmpty, !(failed && isAtomic) else {
          stats.ignored += 1
          continue
        }
        if strategy == "DELETE" {
          stats.deleted += 1
        } else if verdict.isUpdate {
          stats.updated += 1
        } else {
          stats.created += 1
        }
        if commits { store[type, verdict.id] = strategy == "DELETE" ? nil : verdict.object }
      }
      total.add(stats)
      let reports = list.enumerated().filter { reportsAll || !$0.element.errors.isEmpty }.map {
        index, verdict in
        MetadataError.objectReport(type, index: index, id: verdict.id, errors: verdict.errors)
      }
      typeReports.append([
        "klass": .string(type.klass), "stats": stats.json, "objectReports": .array(reports),
      ])
    }
    let written = total.ignored < total.total
    let status = !failed ? "OK" : isAtomic || !written ? "ERROR" : "WARNING"
    return (
      [
        "responseType": "ImportReport", "status": .string(status), "typeReports": .array(typeReports),
        "stats": total.json,
      ], !failed
    )
  }

  /// Writes one object; gives its errors.
  func write(
    _ object: JSONValue, _ type: MetadataType, _ store: inout MetadataStore
  ) -> (id: String, errors: [MetadataError]) {
    let verdict = judge([object], type, coming: [:], store)[0]
    if verdict.errors.isEmpty { store[type, verdict.id] = verdict.object }
    return (verdict.id, verdict.errors)
  }

  private func judge(
    _ objects: [JSONValue], _ type: MetadataType, coming: [MetadataType: Set<String>], _ store: MetadataStore
  ) -> [Verdict] {
    var ids: Set<String> = []
    var taken: [String: [JSONValue: String]] = [:]
    var minted = SplitMix64(
      seed: UInt64(bitPattern: Int64(now.timeIntervalSince1970 * 1000)), name: type.plural)
    return objects.map { value in
      let object = value.object ?? JSONObject()
      let id = object["id"]?.string ?? UID.make(&minted)
      let old = store[type, id]
      var verdict = Verdict(id: id, isUpdate: old != nil)
      let check = MetadataCheck(type: type, id: id, object: object, store: store, coming: coming)
      if !ids.insert(id).inserted {
        verdict.errors.append(
          check.error(
            "E5004",
            "Id `\(id)` for type `\(type.name)` exists on more than one object in the payload, removing all but the first found",
            "id"))
      }
      if strategy == "DELETE" {
        if old == nil {
          verdict.errors.append(
            check.error(
              "E5001", "No matching object for reference. Identifier was UID, and object was \(check.title)",
              "id"))
        }
        if holdsData(type, id) {
          verdict.errors.append(
            check.error(
              "E4030", "Object could not be deleted because it is associated with another object: DataValue",
              nil))
        }
        return verdict
      }
      verdict.errors += check.identity(exists: old != nil, strategy: strategy, user: user)
      verdict.errors += check.properties()
      verdict.errors += check.references()
      for property in type.unique {
        guard let held = object[property], !held.isNull else { continue }
        let other =
          store.holder(of: held, property: property, type, besides: id)
          ?? taken[property]?[held].flatMap { $0 == id ? nil : $0 }
        if let other { verdict.errors.append(check.notUnique(property, held, other)) }
        taken[property, default: [:]][held] = id
      }
      verdict.object = replaced(object, old: old, id: id, type)
      return verdict
    }
  }

  /// What will be stored: the new object and nothing of the old one but its birth, and its sharing where asked.
  private func replaced(_ object: JSONObject, old: JSONObject?, id: String, _ type: MetadataType)
    -> JSONObject
  {
    var stored: JSONObject = [
      "id": .string(id), "created": old?["created"] ?? .string(now.milliseconds),
      "lastUpdated": .string(now.milliseconds), "createdBy": old?["createdBy"] ?? ["id": .string(user.id)],
    ]
    for (key, value) in object where type.properties.contains(key) && !value.isNull {
      if ["id", "created", "lastUpdated", "createdBy"].contains(key) { continue }
      if type == .organisationUnits, MetadataType.derivedOfOrgUnits.contains(key) { continue }
      stored[key] = MetadataCheck.reduced(value, key)
    }
    if type == .dataElements || type == .dataSets, stored["categoryCombo"] == nil {
      stored["categoryCombo"] = ["id": .string(MetadataStore.defaultCombo)]
    }
    if type == .dataElements, stored["zeroIsSignificant"] == nil { stored["zeroIsSignificant"] = false }
    if type == .dataSets {
      for (key, value) in [("openFuturePeriods", 0), ("expiryDays", 0)] where stored[key] == nil {
        stored[key] = .integer(value)
      }
      for key in ["dataSetElements", "organisationUnits", "dataInputPeriods"] where stored[key] == nil {
        stored[key] = []
      }
    }
    if let kept = old?["sharing"], skipSharing || stored["sharing"] == nil && skipSharing {
      stored["sharing"] = kept
    } else if stored["sharing"] == nil {
      // Who may make public objects makes them public for metadata; data sharing has to be asked for.
      stored["sharing"] = [
        "owner": .string(user.id), "external": false, "public": "rw------", "users": [:], "userGroups": [:],
      ]
    } else if var sharing = stored["sharing"]?.object, sharing["owner"] == nil {
      sharing["owner"] = .string(user.id)
      stored["sharing"] = .object(sharing)
    }
    return stored
  }
}

/// How many objects fared how.
struct ImportStats {
  var created = 0
  var updated = 0
  var deleted = 0
  var ignored = 0
  var total: Int { created + updated + deleted + ignored }

  mutating func add(_ other: ImportStats) {
    created += other.created
    updated += other.updated
    deleted += other.deleted
    ignored += other.ignored
  }

  var json: JSONValue {
    [
      "created": .integer(created), "updated": .integer(updated), "deleted": .integer(deleted),
      "ignored": .integer(ignored), "total": .integer(total),
    ]
  }
}
