internal import JSON

/// The JSON Patch (RFC 6902) that DHIS2 takes: add, replace, remove, and its own remove-by-id.
struct JSONPatch {
  let operations: [JSONValue]

  init(_ document: JSONValue) throws {
    guard let operations = document.array else {
      throw Refusal(reply: WebMessage.reply(400, "A JSON patch is an array of operations"))
    }
    self.operations = operations
  }

  func apply(to object: JSONObject) throws -> JSONObject {
    var value = JSONValue.object(object)
    for operation in operations {
      guard let verb = operation["op"]?.string, let path = operation["path"]?.string, path.hasPrefix("/")
      else {
        throw Refusal(reply: WebMessage.reply(400, "Invalid patch operation \(operation)"))
      }
      let keys = path.dropFirst().split(separator: "/").map(String.init)
      guard ["add", "replace", "remove", "remove-by-id"].contains(verb) else {
        throw Refusal(reply: WebMessage.reply(400, "Unknown patch operation `\(verb)`"))
      }
      value = try change(value, keys[...], verb, operation)
    }
    return value.object ?? object
  }

  private func change(
    _ value: JSONValue, _ path: ArraySlice<String>, _ verb: String, _ operation: JSONValue
  ) throws -> JSONValue {
    guard let key = path.first else {
      guard verb == "remove-by-id", let elements = value.array else { return value }
      return .array(elements.filter { $0["id"] != operation["id"] })
    }
    let isLast = path.count == 1 && verb != "remove-by-id"
    switch value {
    case .object(var members):
      if isLast {
        members[key] = verb == "remove" ? nil : operation["value"] ?? .null
      } else {
        members[key] = try change(members[key] ?? [:], path.dropFirst(), verb, operation)
      }
      return .object(members)
    case .array(var elements):
      if isLast, key == "-", verb == "add" { return .array(elements + [operation["value"] ?? .null]) }
      guard let index = Int(key), elements.indices.contains(index) else {
        throw Refusal(reply: WebMessage.reply(400, "Invalid path `\(operation["path"] ?? "")`"))
      }
      if !isLast {
        elements[index] = try change(elements[index], path.dropFirst(), verb, operation)
      } else if verb == "remove" {
        elements.remove(at: index)
      } else if verb == "add" {
        elements.insert(operation["value"] ?? .null, at: index)
      } else {
        elements[index] = operation["value"] ?? .null
      }
      return .array(elements)
    default:
      throw Refusal(reply: WebMessage.reply(400, "Invalid path `\(operation["path"] ?? "")`"))
    }
  }
}
