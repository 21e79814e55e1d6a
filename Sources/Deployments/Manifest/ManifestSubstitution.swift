package import JSON

/// What references stand for.
package struct ReferenceValues: Sendable {
  let environment: [String: String]
  /// The content of a block, its secrets masked, or of a variable; nil where there is none.
  let lookUp: @Sendable (ManifestReference) async throws -> JSONValue?

  package init(
    environment: [String: String],
    lookUp: @escaping @Sendable (ManifestReference) async throws -> JSONValue? = { _ in nil }
  ) {
    self.environment = environment
    self.lookUp = lookUp
  }
}

/// The one pass that puts values in the place of references, over every scalar.
struct ManifestSubstitution {
  let file: String
  let values: ReferenceValues
  /// What pull steps give to those after them: `clone.directory`.
  private var stepOutputs: Set<String> = []

  init(file: String, values: ReferenceValues) {
    self.file = file
    self.values = values
  }

  /// - Parameter leavesToWorker: what a worker resolves when it starts a run (blocks and variables in job variables
  ///   and pull steps) is looked for and left as it is, so that no secret is stored in a deployment.
  func apply(_ value: ManifestValue, leavesToWorker: Bool = false) async throws -> ManifestValue {
    var result = value
    switch value.content {
    case .scalar(.string(let text)):
      guard text.contains("{{") else { return value }
      (result.content, result.isSubstituted) = try await apply(text, value.line, leavesToWorker)
    case .scalar: break
    case .sequence(let elements):
      var replaced: [ManifestValue] = []
      for element in elements { replaced.append(try await apply(element, leavesToWorker: leavesToWorker)) }
      result.content = .sequence(replaced)
    case .mapping(let members):
      var replaced: [ManifestValue.Member] = []
      for member in members {
        let isWorkers = leavesToWorker || ["job_variables", "pull"].contains(member.key)
        var substitution = self
        if member.key == "pull" { substitution.stepOutputs = Self.outputs(ofSteps: member.value) }
        replaced.append(
          ManifestValue.Member(
            key: member.key, line: member.line,
            value: try await substitution.apply(member.value, leavesToWorker: isWorkers)))
      }
      result.content = .mapping(replaced)
    }
    return result
  }

  /// A step with an `id` gives its directory under that name.
  private static func outputs(ofSteps steps: ManifestValue) -> Set<String> {
    guard case .sequence(let steps) = steps.content else { return [] }
    let ids = steps.compactMap { step in
      step.members?.first?.value.members?.first { $0.key == "id" }?.value
    }.compactMap { id -> String? in
      if case .scalar(.string(let text)) = id.content { text } else { nil }
    }
    return Set(ids.map { "\($0).directory" })
  }

  private func apply(
    _ text: String, _ line: Int, _ leavesToWorker: Bool
  ) async throws -> (ManifestValue.Content, Bool) {
    guard let parts = ManifestReference.parts(of: text) else {
      throw ManifestProblem(file: file, line: line, "has a reference that does not end: \(text)")
    }
    if parts.count == 1, case .reference(let reference) = parts[0] {
      let value = try await value(of: reference, line, leavesToWorker)
      return (ManifestValue(value, line: line).content, !leavesToWorker || value.string != text)
    }
    var result = ""
    for part in parts {
      switch part {
      case .text(let text): result += text
      case .reference(let reference):
        let value = try await value(of: reference, line, leavesToWorker)
        guard value.array == nil, value.object == nil else {
          throw ManifestProblem(
            file: file, line: line,
            "refers to {{ \(reference.text) }} inside a text, but that is \(value.typeInWords)")
        }
        result += value.string ?? value.text()
      }
    }
    return (.scalar(.string(result)), true)
  }

  private func value(
    of reference: ManifestReference, _ line: Int, _ leavesToWorker: Bool
  ) async throws -> JSONValue {
    func problem(_ text: String, _ remedy: String) -> ManifestProblem {
      ManifestProblem(file: file, line: line, text, remedy: remedy)
    }
    switch reference {
    case .environment(let name, let fallback):
      if let value = values.environment[name], !value.isEmpty || fallback == nil { return .string(value) }
      if let fallback { return .string(fallback) }
      throw problem(
        "refers to the environment variable \(name), which is not set",
        "Set it, or write {{ $\(name):-default }}.")
    case .unknown(let text) where leavesToWorker && stepOutputs.contains(text):
      return .string("{{ \(text) }}")
    case .unknown(let text):
      throw problem(
        "refers to {{ \(text) }}, which nothing gives a value",
        "References are {{ $NAME }}, {{ $NAME:-default }}, {{ prefect.blocks.TYPE.NAME }} and {{ prefect.variables.NAME }}; there are no build steps."
      )
    case .variable(let name):
      guard let value = try await values.lookUp(reference) else {
        throw problem(
          "refers to the variable \(name), which the server does not have",
          "Create it: prefect variable set \(name) VALUE.")
      }
      return leavesToWorker ? .string("{{ \(reference.text) }}") : value
    case .block(let type, let name, let fields):
      guard let block = try await values.lookUp(.block(type: type, name: name, fields: [])) else {
        throw problem(
          "refers to the block \(type)/\(name), which the server does not have",
          "Create it, or correct the name.")
      }
      // As Prefect reads it: a block that is no more than a value stands for that value.
      let whole = fields.isEmpty ? block["value"] ?? block : block
      guard let value = fields.reduce(whole, { $0?[$1] }) else {
        throw problem(
          "refers to \(fields.joined(separator: ".")) of the block \(type)/\(name), which it does not have",
          "Correct the name.")
      }
      if leavesToWorker { return .string("{{ \(reference.text) }}") }
      guard !value.holdsMask else {
        throw problem(
          "would store the secret of {{ \(reference.text) }} in the deployment, where everybody reads it",
          "Refer to it in job_variables or pull steps, which the worker resolves, or give the flow the name of the block."
        )
      }
      return value
    }
  }
}

extension ManifestValue {
  /// A value that stands in one place as a whole.
  init(_ json: JSONValue, line: Int) {
    self.line = line
    switch json {
    case .array(let elements): content = .sequence(elements.map { ManifestValue($0, line: line) })
    case .object(let members):
      content = .mapping(
        members.map { Member(key: $0.key, line: line, value: ManifestValue($0.value, line: line)) })
    default: content = .scalar(json)
    }
  }
}

extension JSONValue {
  /// Whether a part of it is what the server shows in place of a secret.
  fileprivate var holdsMask: Bool {
    switch self {
    case .string(let text): text == "********"
    case .array(let elements): elements.contains(where: \.holdsMask)
    case .object(let members): members.contains { $0.value.holdsMask }
    default: false
    }
  }
}
