/// Finds the parameters of a flow or a group by reflection.
enum ParameterReflection {
  typealias Property = (name: String, content: any AnyParameterContent)

  /// The stored properties with their names in documents.
  static func properties(of owner: Any, named name: String) throws -> [Property] {
    try Mirror(reflecting: owner).children.map { child in
      let label = child.label ?? "(unnamed)"
      guard let parameter = child.value as? any AnyParameter else {
        throw Misconfiguration(
          "\(name) has the stored property \(label), which is no parameter",
          remedy: "Mark it with @Parameter(\"description\"), or make it a computed property.")
      }
      return (ParameterName.snakeCase(String(label.drop { $0 == "_" })), parameter.declared)
    }
  }

  /// The schema of an object with those parameters as members, in the form of Prefect's `parameter_openapi_schema`.
  static func objectSchema(of owner: Any, named name: String) throws -> JSONSchema {
    let properties = try properties(of: owner, named: name)
    var members = JSONObject()
    for (position, property) in properties.enumerated() {
      members[property.name] = memberSchema(property, position: position)
    }
    return [
      "title": .string(name), "type": "object", "properties": .object(members),
      "required": .array(properties.filter { $0.content.defaultValue == nil }.map { .string($0.name) }),
      "additionalProperties": false,
    ]
  }

  private static func memberSchema(_ property: Property, position: Int) -> JSONValue {
    var member: JSONObject = [
      "title": .string(property.name), "description": .string(property.content.description),
      "position": .integer(position),
    ]
    if let value = property.content.defaultValue { member["default"] = value }
    for (keyword, value) in property.content.schema.document { member[keyword] = value }
    return .object(member)
  }
}
