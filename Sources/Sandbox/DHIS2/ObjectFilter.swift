internal import JSON

/// One `filter=property:operator:value`.
struct ObjectFilter: Sendable {
  let property: String
  let operation: String
  let value: String

  private static let operations: Set<String> = [
    "eq", "ieq", "!eq", "neq", "ne", "gt", "ge", "gte", "lt", "le", "lte", "like", "!like", "$like", "like$",
    "ilike",
    "!ilike", "$ilike", "ilike$", "token", "!token", "in", "!in", "null", "!null", "empty",
  ]

  init(_ text: String) throws {
    let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 2, !parts[0].isEmpty else {
      throw Refusal(reply: WebMessage.reply(400, "Invalid filter: `\(text)`", errorCode: "E1003"))
    }
    guard Self.operations.contains(parts[1]) else {
      throw Refusal(
        reply: WebMessage.reply(
          400, "`\(parts[1])` is not a valid operator of filter `\(text)`", errorCode: "E1003"))
    }
    property = parts[0]
    operation = parts[1]
    value = parts.count > 2 ? parts[2] : ""
    if operation.hasSuffix("in"), !(value.hasPrefix("[") && value.hasSuffix("]")) {
      throw Refusal(reply: WebMessage.reply(400, "Invalid argument `\(value)`, must be in `[a,b]` form"))
    }
  }

  /// Refuses paths that a type does not have, `geometry.type` among them.
  func check(_ type: MetadataType) throws {
    let first = String(property.split(separator: ".")[0])
    let isPath = property.contains(".")
    let known =
      type.properties.contains(first) || ["id", "displayName", "created", "lastUpdated"].contains(first)
    guard known, !(first == "geometry" && isPath), !isPath || MetadataType.ofProperty[first] != nil else {
      throw Refusal(
        reply: WebMessage.reply(
          400, "Property `\(property)` of type `\(type.plural)` cannot be used as a filter",
          errorCode: "E1003"))
    }
  }

  func matches(_ object: JSONObject, _ type: MetadataType, _ view: FieldView) -> Bool {
    let values = Self.values(property.split(separator: ".").map(String.init)[...], of: object, type, view)
    switch operation {
    case "null": return values.isEmpty
    case "!null": return !values.isEmpty
    case "empty": return values.isEmpty
    case "!eq", "neq", "ne", "!like", "!ilike", "!in", "!token": return values.allSatisfy(holds)
    default: return values.contains(where: holds)
    }
  }

  private static func values(
    _ path: ArraySlice<String>, of object: JSONObject, _ type: MetadataType, _ view: FieldView
  ) -> [JSONValue] {
    guard let name = path.first, let value = view.property(name, of: object, type) else { return [] }
    let elements = value.array ?? [value]
    guard path.count > 1 else { return elements }
    guard let next = MetadataType.ofProperty[name] else { return [] }
    return elements.flatMap { element -> [JSONValue] in
      guard let id = element["id"]?.string, let whole = view.store[next, id] else { return [] }
      return values(path.dropFirst(), of: whole, next, view)
    }
  }

  private func holds(_ found: JSONValue) -> Bool {
    let text = found.string ?? (found["id"]?.string ?? found.text())
    let (low, sought) = (text.lowercased(), value.lowercased())
    switch operation {
    case "eq": return text == value
    case "ieq": return low == sought
    case "!eq", "neq", "ne": return text != value
    case "gt": return order(found, text) > 0
    case "ge", "gte": return order(found, text) >= 0
    case "lt": return order(found, text) < 0
    case "le", "lte": return order(found, text) <= 0
    case "like": return text.contains(value)
    case "ilike", "token": return low.contains(sought)
    case "!like": return !text.contains(value)
    case "!ilike", "!token": return !low.contains(sought)
    case "$like": return text.hasPrefix(value)
    case "$ilike": return low.hasPrefix(sought)
    case "like$": return text.hasSuffix(value)
    case "ilike$": return low.hasSuffix(sought)
    case "in": return list.contains(text)
    case "!in": return !list.contains(text)
    default: return false
    }
  }

  private var list: [String] {
    value.dropFirst().dropLast().split(separator: ",").map { String($0) }
  }

  /// Numbers as numbers; dates, being ISO, as text.
  private func order(_ found: JSONValue, _ text: String) -> Int {
    if let left = found.double, let right = Double(value) { return left < right ? -1 : left > right ? 1 : 0 }
    return text < value ? -1 : text > value ? 1 : 0
  }
}
