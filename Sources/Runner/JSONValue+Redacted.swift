import Essentials
import JSON

extension JSONValue {
  /// The same document with every known secret masked in its texts. Names and numbers stay: a short secret that happens
  /// to be in one would make another document of it, or none.
  var redacted: JSONValue {
    switch self {
    case .string(let text): .string(Redaction.redact(text))
    case .array(let elements): .array(elements.map(\.redacted))
    case .object(let members):
      .object(JSONObject(members.map { (key: $0.key, value: $0.value.redacted) }))
    default: self
    }
  }
}
