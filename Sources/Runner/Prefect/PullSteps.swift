import Essentials
public import FlowKit
import Foundation
import JSON

/// What a deployment has done before a run: the steps `set_working_directory` and `git_clone` of Prefect.
public struct PullSteps: Sendable {
  private let blocks: BlockStore
  private let state: any StateStore
  private let environment: [String: String]

  /// - Parameters:
  ///   - blocks: for `{{ prefect.blocks.secret.name }}`.
  ///   - state: for `{{ prefect.variables.name }}`.
  public init(blocks: BlockStore, state: any StateStore, environment: [String: String]) {
    self.blocks = blocks
    self.state = state
    self.environment = environment
  }

  /// A step, read.
  enum Step: Equatable {
    case setWorkingDirectory(String)
    case gitClone(GitClone)
  }

  /// Does the steps in their order; the working directory of this process is then where the last one led. Where one fails,
  /// it is the one from before, so that they can be done again.
  func run(_ steps: [JSONObject], log: Log) async throws {
    let start = FileManager.default.currentDirectoryPath
    do { try await follow(steps, log) } catch {
      _ = FileManager.default.changeCurrentDirectoryPath(start)
      throw error
    }
  }

  private func follow(_ steps: [JSONObject], _ log: Log) async throws {
    var outputs: [String: String] = [:]
    // As Prefect does it: a clone is entered when all steps are done, so that the next clone lies beside it.
    var last: String?
    for step in steps where !step.isEmpty {
      let (name, inputs) = try Self.split(step)
      let resolved = try await resolve(.object(inputs), outputs).object ?? [:]
      switch try Self.read(name, resolved) {
      case .setWorkingDirectory(let directory):
        try enter(directory)
        last = nil
        if let id = inputs["id"]?.string {
          outputs["\(id).directory"] = FileManager.default.currentDirectoryPath
        }
      case .gitClone(let clone):
        let here = FileManager.default.currentDirectoryPath
        let cloned = try await clone.run(log: log)
        if let id = inputs["id"]?.string { outputs["\(id).directory"] = cloned }
        last = cloned.hasPrefix("/") ? cloned : "\(here)/\(cloned)"
      }
      log.debug("pull step \(name) is done: \(last ?? FileManager.default.currentDirectoryPath)")
    }
    if let last { try enter(last) }
  }

  private func enter(_ directory: String) throws {
    guard FileManager.default.changeCurrentDirectoryPath((directory as NSString).expandingTildeInPath) else {
      throw Misconfiguration(
        "pull step set_working_directory: \(directory) is no folder that can be entered",
        remedy: "Correct the deployment's pull steps, or mount the folder.")
    }
  }

  /// The step's name without its module, and its inputs.
  static func split(_ step: JSONObject) throws -> (name: String, inputs: JSONObject) {
    guard step.count == 1, let (name, inputs) = step.first else {
      throw Misconfiguration("a pull step must have one name, not \(step.keys.joined(separator: ", "))")
    }
    guard let inputs = inputs.isNull ? [:] : inputs.object else {
      throw Misconfiguration("pull step \(name) must have an object of inputs, not \(inputs.typeInWords)")
    }
    return (name, inputs)
  }

  static func read(_ name: String, _ inputs: JSONObject) throws -> Step {
    let short = name.split(separator: ".").last.map(String.init) ?? name
    guard name.hasPrefix("prefect.deployments.steps.") else { throw unknown(name) }
    switch short {
    case "set_working_directory":
      guard let directory = inputs["directory"]?.string, !directory.isEmpty else {
        throw Misconfiguration("pull step \(name) has no directory")
      }
      return .setWorkingDirectory(directory)
    case "git_clone": return .gitClone(try GitClone(inputs))
    default: throw unknown(name)
    }
  }

  private static func unknown(_ name: String) -> Misconfiguration {
    Misconfiguration(
      "pull step \(name) cannot be done",
      remedy:
        "Only prefect.deployments.steps.set_working_directory and prefect.deployments.steps.git_clone can: deploy without the others."
    )
  }

  // MARK: References

  private func resolve(_ value: JSONValue, _ outputs: [String: String]) async throws -> JSONValue {
    switch value {
    case .string(let text): return .string(try await resolve(text, outputs))
    case .array(let elements):
      var resolved: [JSONValue] = []
      for element in elements { resolved.append(try await resolve(element, outputs)) }
      return .array(resolved)
    case .object(let members):
      var resolved = JSONObject()
      for (key, member) in members { resolved[key] = try await resolve(member, outputs) }
      return .object(resolved)
    default: return value
    }
  }

  /// Follows `{{ … }}`. A block of which no field is named stands for its secret.
  private func resolve(_ text: String, _ outputs: [String: String]) async throws -> String {
    var result = ""
    var rest = text[...]
    while let start = rest.firstRange(of: "{{"), let end = rest[start.upperBound...].firstRange(of: "}}") {
      result += rest[..<start.lowerBound]
      let name = rest[start.upperBound..<end.lowerBound].trimmingCharacters(in: .whitespaces)
      guard let value = try await value(of: name, outputs) else {
        throw Misconfiguration("a pull step refers to {{ \(name) }}, which is not known")
      }
      result += value
      rest = rest[end.upperBound...]
    }
    return result + rest
  }

  private func value(of name: String, _ outputs: [String: String]) async throws -> String? {
    if name.hasPrefix("$") { return environment[String(name.dropFirst())] }
    if let output = outputs[name] { return output }
    let parts = name.split(separator: ".").map(String.init)
    if parts.count >= 3, parts[0] == "prefect", parts[1] == "variables" {
      guard let bytes = try await state.read("variables/\(parts[2])") else { return nil }
      let value = Self.member(try JSONValue(parsing: bytes), parts.dropFirst(3))
      // As it was set, where it is no text.
      return value.map { $0.string ?? $0.text() }
    }
    guard parts.count >= 4, parts[0] == "prefect", parts[1] == "blocks" else { return nil }
    guard parts.count > 4 else { return try await blocks.secretText(type: parts[2], name: parts[3]) }
    let document = try await blocks.document(type: parts[2], name: parts[3])
    // As Prefect has it: a block that wraps one value is that value.
    let isWrapper = document.count == 1 && parts[4] != "value"
    let block = isWrapper ? document["value"] ?? .object(document) : .object(document)
    return try Self.member(block, parts.dropFirst(4)).map { try Self.text($0, name) }
  }

  /// What stands within a value under some names, each within the one before.
  private static func member(_ value: JSONValue, _ path: ArraySlice<String>) -> JSONValue? {
    path.reduce(value) { $0?[$1] }.flatMap { $0.isNull ? nil : $0 }
  }

  private static func text(_ value: JSONValue, _ name: String) throws -> String {
    switch value {
    case .object, .array:
      throw Misconfiguration(
        "a pull step refers to {{ \(name) }}, which is \(value.typeInWords)",
        remedy: "Name a value within it.")
    default: value.string ?? value.text()
    }
  }
}
