/// A JSON Schema: the part of it that describes parameters (draft 7's keywords, as Prefect's `parameter_openapi_schema`
/// uses them).
///
/// Understood are `type`, `enum`, `const`, `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, `minLength`,
/// `maxLength`, `pattern`, `items`, `minItems`, `maxItems`, `uniqueItems`, `properties`, `required`,
/// `additionalProperties`, `anyOf`, `allOf`, and `$ref` into `definitions`. Titles, descriptions, defaults and formats
/// are for readers.
public struct JSONSchema: Sendable, Equatable {
  /// The schema as a document.
  public var document: JSONObject

  public init(_ document: JSONObject) { self.document = document }

  public subscript(keyword: String) -> JSONValue? {
    get { document[keyword] }
    set { document[keyword] = newValue }
  }

  /// The types that it allows by name; empty where it does not say.
  public var types: [String] {
    switch document["type"] {
    case .string(let type): return [type]
    case .array(let types): return types.compactMap(\.string)
    default:
      if let reference = document["$ref"]?.string {
        // What is defined apart, perhaps outside this part of the schema, is a group of parameters.
        return resolve(reference)?.types ?? ["object"]
      }
      return (document["anyOf"]?.array ?? []).compactMap(\.object).flatMap { JSONSchema($0).types }
    }
  }

  /// The schema of an array's elements, where it has one.
  public var items: JSONSchema? { document["items"]?.object.map(JSONSchema.init) }

  /// Looks a local reference up.
  func resolve(_ reference: String) -> JSONSchema? {
    var place = JSONValue.object(document)
    for step in reference.split(separator: "/").dropFirst() {
      guard let next = place[String(step)] else { return nil }
      place = next
    }
    return place.object.map(JSONSchema.init)
  }
}

extension JSONSchema: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self.init(JSONObject(elements.map { (key: $0.0, value: $0.1) }))
  }
}

extension JSONSchema: JSONRepresentable {
  public var json: JSONValue { .object(document) }
}
