/// A value that has a JSON form.
public protocol JSONRepresentable {
  var json: JSONValue { get }
}

extension JSONValue: JSONRepresentable {
  public var json: JSONValue { self }
}

extension Bool: JSONRepresentable {
  public var json: JSONValue { .bool(self) }
}

extension Int: JSONRepresentable {
  public var json: JSONValue { .integer(self) }
}

extension Double: JSONRepresentable {
  public var json: JSONValue { .number(self) }
}

extension String: JSONRepresentable {
  public var json: JSONValue { .string(self) }
}

extension Optional: JSONRepresentable where Wrapped: JSONRepresentable {
  public var json: JSONValue { self?.json ?? .null }
}

extension Array: JSONRepresentable where Element: JSONRepresentable {
  public var json: JSONValue { .array(map(\.json)) }
}

extension Dictionary: JSONRepresentable where Key == String, Value: JSONRepresentable {
  /// Members in the order of their keys, so that equal dictionaries give equal text.
  public var json: JSONValue {
    .object(JSONObject(sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value.json) }))
  }
}
