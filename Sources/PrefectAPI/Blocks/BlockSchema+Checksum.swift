public import JSON

extension Prefect.BlockSchemaCreate {
  /// The checksum that the server gives these fields.
  public var checksum: String { Self.checksum(of: fields) }

  /// The checksum of a schema's fields by Prefect's rule: SHA-256 of Python's `json.dumps([[fields], {}],
  /// sort_keys=True)`, without `secret_fields` at any depth and without the definitions of other blocks.
  public static func checksum(of fields: JSONObject) -> String {
    var fields = removing("secret_fields", from: .object(fields)).object ?? [:]
    if let definitions = fields["definitions"]?.object, !definitions.isEmpty {
      var own = JSONObject()
      collectOwnDefinitions(of: .object(fields), from: definitions, into: &own)
      fields["definitions"] = own.isEmpty ? nil : .object(own)
    }
    let document: JSONValue = [[.object(fields)], [:]]
    return "sha256:\(SHA256.hexadecimal(PythonJSON.bytes(document)))"
  }

  private static func removing(_ key: String, from value: JSONValue) -> JSONValue {
    switch value {
    case .object(let members):
      .object(
        JSONObject(
          members.filter { $0.key != key }.map { (key: $0.key, value: removing(key, from: $0.value)) }))
    case .array(let elements): .array(elements.map { removing(key, from: $0) })
    default: value
    }
  }

  /// Adds the definitions that a schema refers to, directly or through others, and that are no blocks.
  private static func collectOwnDefinitions(
    of schema: JSONValue, from definitions: JSONObject, into own: inout JSONObject
  ) {
    for name in references(in: schema) {
      guard own[name] == nil, let definition = definitions[name],
        definition["block_type_slug"]?.isNull ?? true
      else { continue }
      own[name] = definition
      collectOwnDefinitions(of: definition, from: definitions, into: &own)
    }
  }

  /// The names behind `$ref`, at any depth.
  private static func references(in value: JSONValue) -> [String] {
    switch value {
    case .object(let members):
      members.flatMap { key, value in
        guard key == "$ref", let reference = value.string else { return references(in: value) }
        return [reference.replacing("#/definitions/", with: "")]
      }
    case .array(let elements): elements.flatMap(references)
    default: []
    }
  }
}
