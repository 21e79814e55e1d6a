import JSON

/// Reads values of a manifest, and says of what it cannot read where it stands.
struct ManifestReader {
  let file: String
  /// The schema of the flow's parameters, where the flow is known.
  var schema: JSONSchema?

  func problem(_ value: ManifestValue, _ text: String, _ remedy: String? = nil) -> ManifestProblem {
    ManifestProblem(file: file, line: value.line, text, remedy: remedy)
  }

  /// The members of a mapping by their keys; refuses those that are not known.
  func members(_ value: ManifestValue, of subject: String, known: [String]) throws -> [String: ManifestValue]
  {
    guard let members = value.members else {
      throw problem(value, "\(subject) must be a mapping, not \(value.json.typeInWords)")
    }
    for member in members where !known.contains(member.key) {
      throw ManifestProblem(
        file: file, line: member.line, "\(subject) has the unknown key \(member.key)",
        remedy: member.key == "<<"
          ? "Merge keys are not read; write an alias (*name) for the whole value."
          : "Known are \(known.joined(separator: ", ")).")
    }
    return Dictionary(members.map { ($0.key, $0.value) }) { $1 }
  }

  /// The elements of a list; none where there is nothing.
  func elements(_ value: ManifestValue?, _ key: String) throws -> [ManifestValue] {
    guard let value, !value.isNull else { return [] }
    guard let elements = value.elements else {
      throw problem(value, "\(key) must be a list, not \(value.json.typeInWords)")
    }
    return elements
  }

  /// A text; nil where it is null.
  func text(_ value: ManifestValue, _ key: String) throws -> String? {
    if value.isNull { return nil }
    // A substituted text is a text here, whatever else it could be.
    guard case .scalar(let scalar) = value.content, let text = scalar.string else {
      throw problem(
        value, "\(key) must be a text, not \(value.json.typeInWords)",
        value.scalar == nil ? nil : "Put it in quotes.")
    }
    return text
  }

  func flag(_ value: ManifestValue, _ key: String) throws -> Bool? {
    if value.isNull { return nil }
    // Prefect's schema takes the words in quotes, too.
    let quoted = value.scalar?.string.flatMap { ["true": true, "false": false][$0.lowercased()] }
    guard let flag = value.scalar?.bool ?? quoted else {
      throw problem(value, "\(key) must be true or false, not \(value.json)")
    }
    return flag
  }

  func integer(_ value: ManifestValue, _ key: String, atLeast minimum: Int = 0) throws -> Int? {
    if value.isNull { return nil }
    guard let integer = value.scalar?.integer, integer >= minimum else {
      throw problem(value, "\(key) must be an integer of at least \(minimum), not \(value.json)")
    }
    return integer
  }

  /// A mapping as it stands.
  func object(_ value: ManifestValue, _ key: String) throws -> JSONObject {
    if value.isNull { return [:] }
    guard let object = value.json.object else {
      throw problem(value, "\(key) must be a mapping, not \(value.json.typeInWords)")
    }
    return object
  }

  /// Parameters. What a reference put in is a number or a truth value where the flow wants one.
  func parameters(_ value: ManifestValue) throws -> JSONObject {
    var parameters = try object(value, "parameters")
    for member in value.members ?? [] where member.value.isSubstituted {
      guard let schema, let plain = member.value.scalar, case .scalar(let text) = member.value.content,
        !schema.optionalFaults(in: [member.key: text]).isEmpty,
        schema.optionalFaults(in: [member.key: plain]).isEmpty
      else { continue }
      parameters[member.key] = plain
    }
    return parameters
  }

  func texts(_ value: ManifestValue, _ key: String) throws -> [String] {
    if case .scalar(.string(let text)) = value.content { return [text] }
    return try elements(value, key).map { element in
      guard let text = try text(element, key) else { throw problem(element, "\(key) has an empty element") }
      return text
    }
  }

  /// Images are named, never built or pushed.
  func refuseBuild(_ value: ManifestValue?, _ key: String) throws {
    guard let value, !value.isNull, value.elements?.isEmpty != true else { return }
    throw problem(
      value, "\(key) steps are not carried out",
      "Build and push the image before; name it by `image` in job_variables, or `sluice deploy --image REF`.")
  }
}

extension JSONSchema {
  /// What is wrong with some of the members of a document, the others being open.
  func optionalFaults(in members: JSONObject) -> [Fault] {
    var lenient = self
    lenient["required"] = []
    return lenient.faults(in: .object(members))
  }
}
