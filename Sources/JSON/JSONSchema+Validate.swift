private import Foundation

extension JSONSchema {
  /// One thing that is wrong with a document.
  public struct Fault: Sendable, Equatable {
    /// The place, by keys and indices: `["repos", "2"]`; empty for the document itself.
    public let path: [String]
    /// What is wrong, as the end of a sentence: `must be at most 10, not 12`.
    public let problem: String

    package init(path: [String], problem: String) {
      self.path = path
      self.problem = problem
    }
  }

  /// Everything that is wrong with a document, in the order of its members; empty where it is valid.
  public func faults(in value: JSONValue) -> [Fault] {
    var faults: [Fault] = []
    Validation(root: self).check(value, against: self, at: [], &faults)
    return faults
  }
}

/// One pass over a document. The root is where references point into.
private struct Validation {
  let root: JSONSchema

  func check(
    _ value: JSONValue, against schema: JSONSchema, at path: [String], _ faults: inout [JSONSchema.Fault]
  ) {
    func report(_ problem: String) { faults.append(.init(path: path, problem: problem)) }

    if let reference = schema["$ref"]?.string {
      guard let target = root.resolve(reference) else {
        return report("has a schema that refers to nothing: \(reference)")
      }
      return check(value, against: target, at: path, &faults)
    }
    for part in schema["allOf"]?.array ?? [] {
      if let part = part.object { check(value, against: JSONSchema(part), at: path, &faults) }
    }
    if let alternatives = schema["anyOf"]?.array?.compactMap(\.object), !alternatives.isEmpty {
      checkAny(value, of: alternatives.map(JSONSchema.init), at: path, &faults)
    }
    if schema["type"] != nil, !schema.types.contains(where: { value.hasType($0) }) {
      return report("must be \(Self.inWords(schema.types)), not \(value.inShort)")
    }
    if let allowed = schema["enum"]?.array, !allowed.contains(where: { $0.isSame(as: value) }) {
      return report("must be one of \(allowed.map(\.inShort).joined(separator: ", ")), not \(value.inShort)")
    }
    if let expected = schema["const"], !expected.isSame(as: value) { report("must be \(expected.inShort)") }
    switch value {
    case .integer, .number: checkNumber(value, schema, report)
    case .string(let text): checkText(text, schema, report)
    case .array(let elements): checkArray(elements, schema, at: path, &faults)
    case .object(let members): checkObject(members, schema, at: path, &faults)
    case .null, .bool: break
    }
  }

  /// The faults of the alternative that fits best: the one with the value's type, or else all types named together.
  private func checkAny(
    _ value: JSONValue, of alternatives: [JSONSchema], at path: [String], _ faults: inout [JSONSchema.Fault]
  ) {
    var best: [JSONSchema.Fault]?
    for alternative in alternatives {
      var found: [JSONSchema.Fault] = []
      check(value, against: alternative, at: path, &found)
      if found.isEmpty { return }
      let rightType = alternative.types.isEmpty || alternative.types.contains { value.hasType($0) }
      if rightType, best.map({ found.count < $0.count }) ?? true { best = found }
    }
    if let best { return faults.append(contentsOf: best) }
    let types = alternatives.flatMap(\.types)
    faults.append(.init(path: path, problem: "must be \(Self.inWords(types)), not \(value.inShort)"))
  }

  private func checkNumber(_ value: JSONValue, _ schema: JSONSchema, _ report: (String) -> Void) {
    guard let number = value.double else { return }
    if let least = schema["minimum"]?.double, number < least {
      report("must be at least \(schema["minimum"]!.inShort), not \(value.inShort)")
    }
    if let most = schema["maximum"]?.double, number > most {
      report("must be at most \(schema["maximum"]!.inShort), not \(value.inShort)")
    }
    if let bound = schema["exclusiveMinimum"]?.double, number <= bound {
      report("must be more than \(schema["exclusiveMinimum"]!.inShort), not \(value.inShort)")
    }
    if let bound = schema["exclusiveMaximum"]?.double, number >= bound {
      report("must be less than \(schema["exclusiveMaximum"]!.inShort), not \(value.inShort)")
    }
  }

  private func checkText(_ text: String, _ schema: JSONSchema, _ report: (String) -> Void) {
    let length = text.unicodeScalars.count
    if let least = schema["minLength"]?.integer, length < least {
      report("must have at least \(least) characters")
    }
    if let most = schema["maxLength"]?.integer, length > most {
      report("must have at most \(most) characters")
    }
    if let pattern = schema["pattern"]?.string, text.range(of: pattern, options: .regularExpression) == nil {
      report("must match \(pattern), not \(JSONValue.string(text).inShort)")
    }
  }

  private func checkArray(
    _ elements: [JSONValue], _ schema: JSONSchema, at path: [String], _ faults: inout [JSONSchema.Fault]
  ) {
    if let least = schema["minItems"]?.integer, elements.count < least {
      faults.append(.init(path: path, problem: "must have at least \(least) element\(least == 1 ? "" : "s")"))
    }
    if let most = schema["maxItems"]?.integer, elements.count > most {
      faults.append(.init(path: path, problem: "must have at most \(most) element\(most == 1 ? "" : "s")"))
    }
    if schema["uniqueItems"]?.bool == true {
      var seen: Set<JSONValue> = []
      for element in elements where !seen.insert(element).inserted {
        faults.append(.init(path: path, problem: "has \(element.inShort) more than once"))
      }
    }
    guard let items = schema.items else { return }
    for (index, element) in elements.enumerated() {
      check(element, against: items, at: path + ["\(index)"], &faults)
    }
  }

  private func checkObject(
    _ members: JSONObject, _ schema: JSONSchema, at path: [String], _ faults: inout [JSONSchema.Fault]
  ) {
    let properties = schema["properties"]?.object ?? [:]
    for (key, value) in members {
      if let property = properties[key]?.object {
        check(value, against: JSONSchema(property), at: path + [key], &faults)
      } else if schema["additionalProperties"] == .bool(false) {
        faults.append(
          .init(
            path: path + [key], problem: "is not known\(Self.suggestion(for: key, among: properties.keys))"))
      } else if let additional = schema["additionalProperties"]?.object {
        check(value, against: JSONSchema(additional), at: path + [key], &faults)
      }
    }
    for key in schema["required"]?.array?.compactMap(\.string) ?? [] where members[key] == nil {
      faults.append(.init(path: path + [key], problem: "is required"))
    }
  }

  private static func suggestion(for key: String, among known: [String]) -> String {
    known.isEmpty ? "; there are none" : "; known are \(known.joined(separator: ", "))"
  }

  private static func inWords(_ types: [String]) -> String {
    let names = types.map { type in
      switch type {
      case "integer", "array", "object": "an \(type)"
      case "null": "null"
      default: "a \(type)"
      }
    }
    return names.count > 1
      ? names.dropLast().joined(separator: ", ") + " or " + names[names.count - 1]
      : names.first ?? "something else"
  }
}

extension JSONValue {
  fileprivate func hasType(_ type: String) -> Bool {
    switch (type, self) {
    case ("null", .null), ("boolean", .bool), ("string", .string), ("array", .array), ("object", .object),
      ("integer", .integer), ("number", .integer), ("number", .number):
      true
    case ("integer", .number): integer != nil
    default: false
    }
  }

  /// Equality as JSON Schema has it: 1 and 1.0 are the same number.
  fileprivate func isSame(as other: JSONValue) -> Bool {
    if let left = double, let right = other.double { return left == right }
    return self == other
  }

  /// The value as text that fits into a message.
  fileprivate var inShort: String {
    let text = text()
    return text.count <= 60 ? text : text.prefix(57) + "..."
  }
}
