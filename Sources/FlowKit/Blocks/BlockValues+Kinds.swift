import Essentials
public import JSON

extension BlockValues {
  /// A truth value; nil where it is missing or null. Texts are read too, as references to the environment give them:
  /// `true` and `false`.
  public func optionalBool(_ key: String) throws -> Bool? {
    switch values[key] {
    case nil, .null: return nil
    case .bool(let value): return value
    case .string("true"), .string("True"): return true
    case .string("false"), .string("False"): return false
    case let other?:
      throw Misconfiguration("\(subject): \(key) must be true or false, not \(other.typeInWords)")
    }
  }

  /// A block within this block, as a reader of its own; nil where it is missing or null.
  public func optionalObject(_ key: String) throws -> BlockValues? {
    switch values[key] {
    case nil, .null: return nil
    case .object(let members):
      return BlockValues(typeSlug: typeSlug, name: "\(name).\(key)", values: members, origin: origin)
    case let other?:
      throw Misconfiguration("\(subject): \(key) must be an object, not \(other.typeInWords)")
    }
  }

  /// The whole document.
  package var document: JSONObject { values }

  /// The value as it stands in the document; nil where it is missing.
  public subscript(key: String) -> JSONValue? { values[key] }

  /// The block in words, to begin a message with: `block "x" (aws-credentials, from blocks/x.yaml)`.
  public var subject: String { "block \"\(name)\" (\(typeSlug), from \(origin))" }
}
