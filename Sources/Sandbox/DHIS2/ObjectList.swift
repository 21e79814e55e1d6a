internal import JSON

/// `GET /api/{type}`: filters, order, paging, fields.
struct ObjectList {
  let view: FieldView
  let type: MetadataType
  let call: Call
  let base: String
  let version: DHIS2Version
  /// Turns with every list, for the order of lists that ask for none.
  let turn: Int

  private static let defaultPageSize = 50

  func reply() throws -> Reply { reply(try matching()) }

  /// What a list depends on besides its page and its fields.
  var key: String {
    let rest = call.query.filter { !["page", "pageSize", "paging", "fields"].contains($0.name) }
    return "\(view.user.id) \(type.plural) " + rest.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
  }

  /// All objects that the list is made of, in their order.
  func matching() throws -> [JSONObject] {
    var objects = view.store.objects(type)
    let filters = try call.parameters("filter").map(ObjectFilter.init)
    for filter in filters { try filter.check(type) }
    let anyOf = call.parameter("rootJunction")?.uppercased() == "OR"
    objects = objects.filter { object in
      guard MetadataAccess(user: view.user, type: type, object: object).canRead, isInScope(object) else {
        return false
      }
      if filters.isEmpty { return true }
      return anyOf
        ? filters.contains { $0.matches(object, type, view) }
        : filters.allSatisfy { $0.matches(object, type, view) }
    }
    return ordered(objects)
  }

  func reply(_ objects: [JSONObject]) -> Reply {
    let objects = shuffled(objects)
    let selection = FieldSelection(call.parameter("fields") ?? "id,displayName")
    if call.parameter("paging")?.lowercased() == "false" {
      return .json([type.plural: list(objects, selection)])
    }
    return .json(paged(objects, selection))
  }

  private func list(_ objects: some Sequence<JSONObject>, _ selection: FieldSelection) -> JSONValue {
    .array(objects.map { .object(view.show($0, type, selection)) })
  }

  /// The parameters that only org units have.
  private func isInScope(_ object: JSONObject) -> Bool {
    guard type == .organisationUnits else { return true }
    let id = object["id"]?.string ?? ""
    let level = object["level"]?.integer ?? 0
    if let wanted = call.parameter("level").flatMap({ Int($0) }), wanted != level { return false }
    if let deepest = call.parameter("maxLevel").flatMap({ Int($0) }), level > deepest { return false }
    if call.flag("userOnly"), !view.user.orgUnits.contains(id) { return false }
    if call.flag("withinUserHierarchy"), !view.store.isUnit(object, within: view.user.orgUnits) {
      return false
    }
    return true
  }

  /// Nothing promises an order where none is asked for: rows of one page may come again on the next, so here they do.
  private func shuffled(_ objects: [JSONObject]) -> [JSONObject] {
    guard call.parameter("order") == nil, call.parameter("paging")?.lowercased() != "false", !objects.isEmpty
    else { return objects }
    let shift = turn * 7 % objects.count
    return Array(objects[shift...] + objects[..<shift])
  }

  private func ordered(_ objects: [JSONObject]) -> [JSONObject] {
    // They come by id.
    guard let order = call.parameter("order"), order != "id", order != "id:asc" else { return objects }
    let keys = order.split(separator: ",").map { $0.split(separator: ":").map(String.init) }
    return objects.sorted { left, right in
      for key in keys where !key.isEmpty {
        let (a, b) = (view.property(key[0], of: left, type), view.property(key[0], of: right, type))
        guard a != b else { continue }
        let ascending: Bool
        if let x = a?.double, let y = b?.double {
          ascending = x < y
        } else {
          ascending = (a?.string ?? "") < (b?.string ?? "")
        }
        return ascending != (key.count > 1 && key[1].hasSuffix("desc"))
      }
      return false
    }
  }

  /// A page past the end is not refused: its number is clamped and its list is empty.
  private func paged(_ objects: [JSONObject], _ selection: FieldSelection) -> JSONValue {
    let size = max(1, call.parameter("pageSize").flatMap { Int($0) } ?? Self.defaultPageSize)
    let asked = max(1, call.parameter("page").flatMap { Int($0) } ?? 1)
    let pages = max(1, (objects.count + size - 1) / size)
    let page = min(asked, pages)
    var pager: JSONObject = [
      "page": .integer(page), "total": .integer(objects.count), "pageSize": .integer(size),
      "pageCount": .integer(pages),
    ]
    if page < pages { pager["nextPage"] = .string(link(to: page + 1, size: size)) }
    if page > 1 { pager["prevPage"] = .string(link(to: page - 1, size: size)) }
    let rows = asked > pages ? [] : objects[(page - 1) * size..<min(objects.count, page * size)]
    return ["pager": .object(pager), type.plural: list(rows, selection)]
  }

  private func link(to page: Int, size: Int) -> String {
    var pairs = ["page=\(page)", "pageSize=\(size)"]
    for (name, value) in call.query where name != "page" && name != "pageSize" {
      pairs.append("\(name)=\(PercentEncoding.encode(value))")
    }
    return "\(base)\(call.path)?\(pairs.joined(separator: "&"))"
  }
}
