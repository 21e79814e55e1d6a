internal import JSON

/// The `fields` parameter: `id,name,parent[id,name],!users,code~rename(key),children::size,:owner`.
struct FieldSelection: Sendable {
  struct Field: Sendable {
    var name: String
    var isExcluded = false
    /// `:all`, `:identifiable` and so on.
    var isPreset = false
    var alias: String?
    var transformer: String?
    var argument: String?
    var nested: FieldSelection?
  }

  var fields: [Field]

  /// Unbalanced brackets are closed at the end, as DHIS2's parser does.
  init(_ text: String) {
    var rest = Substring(text)
    fields = Self.parse(&rest)
  }

  private static func parse(_ rest: inout Substring) -> [Field] {
    var fields: [Field] = []
    var text = ""
    var nested: FieldSelection?
    func finish() {
      if let field = field(text, nested) { fields.append(field) }
      text = ""
      nested = nil
    }
    var depth = 0
    while let character = rest.popFirst() {
      switch character {
      case "(":
        depth += 1
        text.append(character)
      case ")":
        depth -= 1
        text.append(character)
      case "," where depth == 0: finish()
      case "[":
        nested = FieldSelection(fields: parse(&rest))
      case "]":
        finish()
        return fields
      default: text.append(character)
      }
    }
    finish()
    return fields
  }

  private init(fields: [Field]) { self.fields = fields }

  private static func field(_ text: String, _ nested: FieldSelection?) -> Field? {
    var text = Substring(text.filter { $0 != " " })
    guard !text.isEmpty else { return nil }
    var field = Field(name: "", nested: nested)
    if text.hasPrefix("!") {
      field.isExcluded = true
      text = text.dropFirst()
    }
    if text == "*" { text = ":all" }
    if text.hasPrefix(":") {
      field.isPreset = true
      field.name = String(text.dropFirst())
      return field
    }
    // `name~rename(other)` and `name|rename(other)` are the same; `::` begins a transformer too.
    let marks = text.split(separator: "::", maxSplits: 1).flatMap {
      $0.split(whereSeparator: { $0 == "~" || $0 == "|" })
    }
    field.name = String(marks[0])
    for mark in marks.dropFirst() {
      let parts = mark.split(separator: "(", maxSplits: 1)
      let argument = parts.count > 1 ? String(parts[1].dropLast()) : nil
      if parts[0] == "rename" {
        field.alias = argument
      } else {
        field.transformer = String(parts[0])
        field.argument = argument
      }
    }
    return field
  }
}

/// Shows objects as a user asked for them.
struct FieldView {
  let store: MetadataStore
  let user: DHIS2User

  func show(_ object: JSONObject, _ type: MetadataType, _ selection: FieldSelection) -> JSONObject {
    var shown = JSONObject()
    var excluded: Set<String> = []
    for field in selection.fields where field.isExcluded { excluded.insert(field.name) }
    for field in selection.fields where !field.isExcluded {
      if field.isPreset {
        for name in names(of: field.name, object, type) where !excluded.contains(name) {
          shown[name] = property(name, of: object, type)
        }
        continue
      }
      guard !excluded.contains(field.name), let value = property(field.name, of: object, type) else {
        continue
      }
      shown[field.alias ?? field.name] = transformed(nested(value, field), field)
    }
    return shown
  }

  /// A property, stored or derived; unknown names are dropped without a word.
  func property(_ name: String, of object: JSONObject, _ type: MetadataType) -> JSONValue? {
    switch name {
    case "displayName": object["name"]
    case "displayShortName": object["shortName"]
    case "access": MetadataAccess(user: user, type: type, object: object).json
    case "leaf" where type == .organisationUnits:
      .bool(store.children(of: object["id"]?.string ?? "").isEmpty)
    case "children" where type == .organisationUnits:
      .array(store.children(of: object["id"]?.string ?? "").map { ["id": .string($0)] })
    case "ancestors" where type == .organisationUnits:
      .array(
        (object["path"]?.string ?? "").split(separator: "/").dropLast().map { ["id": .string(String($0))] })
    case "organisationUnitGroups" where type == .organisationUnits:
      .array(store.groups(of: object["id"]?.string ?? "").map { ["id": .string($0)] })
    case "geometry": object["geometry"]
    default: object[name]
    }
  }

  private func names(of preset: String, _ object: JSONObject, _ type: MetadataType) -> [String] {
    let identifiable = ["id", "code", "name", "displayName", "created", "lastUpdated", "access"]
    switch preset {
    case "identifiable": return identifiable
    case "nameable": return identifiable + ["shortName", "description"]
    case "owner", "persisted": return object.keys
    case "all":
      return object.keys + ["displayName", "access"]
        + (type == .organisationUnits ? ["leaf", "organisationUnitGroups"] : [])
    default: return []
    }
  }

  private func nested(_ value: JSONValue, _ field: FieldSelection.Field) -> JSONValue {
    guard let selection = field.nested else { return value }
    switch value {
    case .array(let elements):
      return .array(elements.map { nested($0, field) })
    case .object(let object):
      guard let type = MetadataType.ofProperty[field.name] else {
        return .object(show(object, .other, selection))
      }
      let whole = object["id"]?.string.flatMap { store[type, $0] } ?? object
      return .object(show(whole, type, selection))
    default: return value
    }
  }

  private func transformed(_ value: JSONValue, _ field: FieldSelection.Field) -> JSONValue {
    let elements = value.array
    switch field.transformer {
    case "size": return .integer(elements?.count ?? value.string?.count ?? 0)
    case "isEmpty": return .bool(elements?.isEmpty ?? true)
    case "isNotEmpty": return .bool(!(elements?.isEmpty ?? true))
    case "pluck":
      return .array((elements ?? []).map { $0[field.argument ?? "id"] ?? .null })
    default: return value
    }
  }
}
