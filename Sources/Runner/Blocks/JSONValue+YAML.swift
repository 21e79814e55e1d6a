import Essentials
import JSON
import Yams

extension JSONValue {
  /// The JSON form of a YAML node. Plain scalars are read by YAML's core schema; quoted ones are text.
  init(yaml node: Node) throws {
    switch node {
    case .scalar(let scalar): self = Self.read(scalar, tagOf: node)
    case .sequence(let sequence): self = .array(try sequence.map { try JSONValue(yaml: $0) })
    case .mapping(let mapping):
      var members = JSONObject()
      for (key, value) in mapping {
        guard let key = key.string else { throw Misconfiguration("a YAML key that is no text") }
        members[key] = try JSONValue(yaml: value)
      }
      self = .object(members)
    case .alias: throw Misconfiguration("a YAML alias (*name), which documents must not use")
    }
  }

  private static func read(_ scalar: Node.Scalar, tagOf node: Node) -> JSONValue {
    guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
    switch scalar.string {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    default:
      // A number is what JSON, too, would write as one: `007` or `1_000` stay text, as people mean them.
      if let number = try? JSONValue(parsing: scalar.string), number.double != nil { return number }
      return .string(scalar.string)
    }
  }
}
