import JSON

/// A parameter's value as it stands on a command line, read by the types that the schema allows.
struct ParameterText {
  let value: JSONValue

  init(_ text: String, schema: JSONSchema) { value = Self.read(text, schema) }

  /// What fits no type stays text: the schema then says what is wrong with it.
  private static func read(_ text: String, _ schema: JSONSchema) -> JSONValue {
    if text == "null", schema.types.contains("null") { return .null }
    for type in schema.types {
      switch type {
      case "integer": if let integer = Int(text) { return .integer(integer) }
      case "number": if let number = Double(text), number.isFinite { return .number(number) }
      case "boolean": if let bool = Bool(text) { return .bool(bool) }
      case "null": break
      case "object": if let value = try? JSONValue(parsing: text), value.object != nil { return value }
      case "array": return list(text, arraySchema(schema))
      default: return .string(text)
      }
    }
    return .string(text)
  }

  /// A list is JSON, or its elements with commas in between.
  private static func list(_ text: String, _ schema: JSONSchema) -> JSONValue {
    if let value = try? JSONValue(parsing: text), value.array != nil { return value }
    guard !text.isEmpty else { return [] }
    let items = schema.items ?? ["type": "string"]
    return .array(
      text.split(separator: ",", omittingEmptySubsequences: false).map { read(String($0), items) })
  }

  private static func arraySchema(_ schema: JSONSchema) -> JSONSchema {
    if schema["type"] == "array" { return schema }
    let alternatives = schema["anyOf"]?.array?.compactMap(\.object).map(JSONSchema.init) ?? []
    return alternatives.first { $0["type"] == "array" } ?? schema
  }
}
