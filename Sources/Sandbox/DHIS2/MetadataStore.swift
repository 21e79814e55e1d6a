internal import Essentials
internal import FoundationEssentials
internal import JSON

/// All metadata objects, by type and id.
struct MetadataStore: Sendable {
  /// The ids that DHIS2 gives the default category model when it makes it (DefaultCategoryService).
  static let defaultCombo = "bjDvmb4bfuf"
  static let defaultOptionCombo = "HllvX50cXC0"
  private static let defaultCategory = "GLevLNI9wkl"
  private static let defaultOption = "xYerKDKCefk"

  private var tables: [MetadataType: [String: JSONObject]] = [:]
  /// The ids of each type in order.
  private var order: [MetadataType: [String]] = [:]
  private var relations = OrgUnitRelations()

  subscript(type: MetadataType, id: String) -> JSONObject? {
    get { tables[type]?[id] }
    set {
      let old = tables[type, default: [:]].updateValue(newValue ?? [:], forKey: id)
      let place = place(of: id, type)
      if newValue == nil {
        tables[type]?[id] = nil
        if old != nil { order[type]?.remove(at: place) }
      } else if old == nil {
        order[type, default: []].insert(id, at: place)
      }
      if type == .organisationUnitGroups { relations.group(id, was: old, is: newValue) }
      if type == .organisationUnits {
        relations.unit(id, was: old, is: newValue)
        settle(id)
      }
    }
  }

  /// Gives a unit its place in the tree, which follows from its parent, and with it those below.
  private mutating func settle(_ id: String) {
    guard let unit = tables[.organisationUnits]?[id] else { return }
    let parent = unit["parent"]?["id"]?.string.flatMap { tables[.organisationUnits]?[$0] }
    var above = parent?["path"]?.string ?? ""
    // Nothing lies below itself.
    if above.split(separator: "/").contains(id[...]) { above = "" }
    let path = JSONValue.string("\(above)/\(id)")
    guard unit["path"] != path else { return }
    tables[.organisationUnits]?[id]?["path"] = path
    tables[.organisationUnits]?[id]?["level"] = .integer(above.split(separator: "/").count + 1)
    for child in children(of: id) { settle(child) }
  }

  /// Where an id is, or belongs.
  private func place(of id: String, _ type: MetadataType) -> Int {
    let ids = order[type] ?? []
    var (low, high) = (0, ids.count)
    while low < high {
      let middle = (low + high) / 2
      if ids[middle] < id { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// All objects of a type, by id.
  func objects(_ type: MetadataType) -> [JSONObject] {
    let table = tables[type] ?? [:]
    return (order[type] ?? []).compactMap { table[$0] }
  }

  /// The ids of the units directly below one.
  func children(of unit: String) -> [String] { relations.children(of: unit) }

  /// The ids of the groups that a unit is in.
  func groups(of unit: String) -> [String] { relations.groups(of: unit) }

  /// The id of another object of the type whose property has a value.
  func holder(of value: JSONValue, property: String, _ type: MetadataType, besides id: String) -> String? {
    tables[type]?.first { $0.key != id && $0.value[property] == value }?.key
  }

  /// A fresh server with a country in it.
  init(country: Country, user: DHIS2User, now: Date) {
    let stamp = JSONValue.string(now.milliseconds)
    func add(_ type: MetadataType, _ id: String, _ members: JSONObject) {
      var object: JSONObject = ["id": .string(id), "created": stamp, "lastUpdated": stamp]
      for (key, value) in members { object[key] = value }
      tables[type, default: [:]][id] = object
    }
    defer {
      for (type, table) in tables { order[type] = table.keys.sorted() }
      for (id, unit) in tables[.organisationUnits] ?? [:] { relations.unit(id, was: nil, is: unit) }
      for (id, group) in tables[.organisationUnitGroups] ?? [:] { relations.group(id, was: nil, is: group) }
    }
    for unit in country.units {
      var members: JSONObject = [
        "name": .string(unit.name), "shortName": .string(unit.shortName), "level": .integer(unit.level),
        "path": .string(unit.path), "openingDate": .string(unit.openingDate + "T00:00:00.000"),
        "createdBy": ["id": .string(user.id)], "translations": [],
      ]
      members["code"] = unit.code.map { .string($0) }
      members["parent"] = unit.parent.map { ["id": .string($0)] }
      members["closedDate"] = unit.closedDate.map { .string($0 + "T00:00:00.000") }
      members["geometry"] = unit.geometry?.json
      add(.organisationUnits, unit.id, members)
    }
    let names = ["Country", "Region", "District", "Facility"]
    for level in Set(country.units.map(\.level)).sorted() {
      add(
        .organisationUnitLevels, UID.make(seed: 0, name: "level \(level)"),
        [
          "name": .string(names.indices.contains(level - 1) ? names[level - 1] : "Level \(level)"),
          "level": .integer(level),
        ])
    }
    let lowest = country.units.map(\.level).max()
    let deepest = country.units.filter { $0.level == lowest }
    add(
      .organisationUnitGroups, UID.make(seed: 0, name: "group of every second"),
      [
        "name": "Sentinel sites", "shortName": "Sentinel sites",
        "organisationUnits": .array(
          deepest.enumerated().filter { $0.offset % 2 == 0 }.map { ["id": .string($0.element.id)] }),
      ])
    add(.categoryOptions, Self.defaultOption, ["name": "default", "shortName": "default", "code": "default"])
    add(
      .categories, Self.defaultCategory,
      [
        "name": "default", "shortName": "default", "code": "default",
        "categoryOptions": [["id": .string(Self.defaultOption)]],
      ])
    add(
      .categoryCombos, Self.defaultCombo,
      [
        "name": "default", "code": "default", "isDefault": true, "dataDimensionType": "DISAGGREGATION",
        "skipTotal": false, "categories": [["id": .string(Self.defaultCategory)]],
        "categoryOptionCombos": [["id": .string(Self.defaultOptionCombo)]],
      ])
    add(
      .categoryOptionCombos, Self.defaultOptionCombo,
      [
        "name": "default", "code": "default", "categoryCombo": ["id": .string(Self.defaultCombo)],
        "categoryOptions": [["id": .string(Self.defaultOption)]],
      ])
    add(.users, user.id, ["name": "ETL User", "username": .string(user.username)])
  }

  /// Whether a unit is one of the given units or lies below one.
  func isUnit(_ unit: JSONObject, within roots: [String]) -> Bool {
    let path = unit["path"]?.string ?? ""
    return path.split(separator: "/").contains { roots.contains(String($0)) }
  }
}

/// What a user may do with an object, from its sharing.
struct MetadataAccess {
  let user: DHIS2User
  let type: MetadataType
  let object: JSONObject

  /// The characters of the sharing that count for the user: `rwrw----`, metadata first, data second.
  private func shared(_ position: Int, _ character: Character) -> Bool {
    let sharing = object["sharing"]
    let own = sharing?["users"]?[user.id]?["access"]?.string
    return [sharing?["public"]?.string, own].contains { text in
      guard let text, text.count > position else { return false }
      return Array(text)[position] == character
    }
  }

  private var isSuperuser: Bool { user.authorities.contains("ALL") }
  private var isOwner: Bool { object["sharing"]?["owner"]?.string == user.id }

  var canRead: Bool { isSuperuser || isOwner || object["sharing"] == nil || shared(0, "r") }

  var canUpdate: Bool {
    guard isSuperuser || type.authority.map(user.may) ?? false else { return false }
    return isSuperuser || isOwner || object["sharing"] == nil || shared(1, "w")
  }

  var canReadData: Bool { isSuperuser || shared(2, "r") || shared(3, "w") }

  /// Owning the object is not enough: data sharing has to say so.
  var canWriteData: Bool { isSuperuser || shared(3, "w") }

  var json: JSONValue {
    var access: JSONObject = [
      "manage": .bool(canUpdate), "externalize": false, "write": .bool(canUpdate), "read": .bool(canRead),
      "update": .bool(canUpdate), "delete": .bool(canUpdate),
    ]
    if type == .dataSets { access["data"] = ["read": .bool(canReadData), "write": .bool(canWriteData)] }
    return .object(access)
  }
}
