import JSON
import Yams

/// A YAML value that knows where it stands.
struct ManifestValue: Sendable {
  enum Content: Sendable {
    /// What the scalar says, by YAML's core schema.
    case scalar(JSONValue)
    case sequence([ManifestValue])
    case mapping([Member])
  }

  struct Member: Sendable {
    let key: String
    let line: Int
    let value: ManifestValue
  }

  var content: Content
  /// Counted from 1.
  let line: Int
  /// Whether the text was put in by a reference: it may then stand for a number or a truth value.
  var isSubstituted = false

  /// Reads a document; nil where it is empty.
  static func document(_ text: String, file: String) throws -> ManifestValue? {
    let node: Node?
    do { node = try Yams.compose(yaml: text) } catch {
      throw ManifestProblem(file: file, line: line(of: error), "is no YAML: \(problem(of: error))")
    }
    return try node.map { try ManifestValue($0, file: file) }
  }

  init(_ content: Content, line: Int) {
    self.content = content
    self.line = line
  }

  private init(_ node: Node, file: String) throws {
    line = node.mark?.line ?? 1
    switch node {
    case .scalar(let scalar): content = .scalar(Self.read(scalar))
    case .sequence(let sequence):
      content = .sequence(try sequence.map { try ManifestValue($0, file: file) })
    case .mapping(let mapping):
      content = .mapping(
        try mapping.map { key, value in
          let line = key.mark?.line ?? node.mark?.line ?? 1
          guard case .scalar(let name) = key else {
            throw ManifestProblem(
              file: file, line: line, "has a key that is no text",
              remedy: "Put a reference `{{ ... }}` in quotes.")
          }
          return Member(key: name.string, line: line, value: try ManifestValue(value, file: file))
        })
    case .alias: throw ManifestProblem(file: file, line: line, "has an alias that names nothing")
    }
  }

  private static func read(_ scalar: Node.Scalar) -> JSONValue {
    guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
    return plain(scalar.string)
  }

  /// What a plain scalar says. A number is what JSON, too, would write as one: `007` stays text.
  static func plain(_ text: String) -> JSONValue {
    switch text {
    case "", "~", "null", "Null", "NULL": .null
    case "true", "True", "TRUE": .bool(true)
    case "false", "False", "FALSE": .bool(false)
    default: (try? JSONValue(parsing: text)).flatMap { $0.double == nil ? nil : $0 } ?? .string(text)
    }
  }

  private static func line(of error: any Error) -> Int {
    switch error as? YamlError {
    case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
    case .duplicatedKeysInMapping(_, let context): context.mark.line
    default: 1
    }
  }

  private static func problem(of error: any Error) -> String {
    switch error as? YamlError {
    case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _):
      problem
    case .duplicatedKeysInMapping(let keys, _):
      "the mapping that begins here has the key \(keys.joined(separator: ", ")) twice"
    default: "\(error)"
    }
  }
}

extension ManifestValue {
  var isNull: Bool {
    if case .scalar(.null) = content { true } else { false }
  }

  var members: [Member]? {
    if case .mapping(let members) = content { members } else { nil }
  }

  var elements: [ManifestValue]? {
    if case .sequence(let elements) = content { elements } else { nil }
  }

  subscript(key: String) -> ManifestValue? { members?.last { $0.key == key }?.value }

  /// The value without its places.
  var json: JSONValue {
    switch content {
    case .scalar(let value): value
    case .sequence(let elements): .array(elements.map(\.json))
    case .mapping(let members): .object(JSONObject(members.map { (key: $0.key, value: $0.value.json) }))
    }
  }

  /// The scalar; where a reference put it in, what a plain scalar of that text says.
  var scalar: JSONValue? {
    guard case .scalar(let value) = content else { return nil }
    if isSubstituted, let text = value.string { return Self.plain(text) }
    return value
  }
}
