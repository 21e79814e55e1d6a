import Essentials
import JSON
import PrefectAPI
import PrefectClient

/// Reads what a run's process is to be like: the deployment's and the run's job variables over the pool's template,
/// with the blocks and variables of the server that they name.
actor JobReader {
  private let client: PrefectClient
  private var flowNames: [String: String] = [:]

  private let environment: [String: String]

  /// - Parameter environment: the worker's, for `{{ $NAME }}` in the pool's template.
  init(_ client: PrefectClient, environment: [String: String]) {
    self.client = client
    self.environment = environment
  }

  /// What is known of a run besides itself.
  struct Job: Sendable {
    var configuration: JobConfiguration
    var flowName: String?
    var deploymentName: String?
  }

  /// - Throws: `Misconfiguration` where a job variable is not as it must be; ``PrefectFailure`` where the server does
  ///   not say, `isNotFound` where the deployment is gone.
  func job(of run: Prefect.FlowRun, template: JobTemplate) async throws -> Job {
    var layers: [JSONObject] = []
    var deploymentName: String?
    if let id = run.deploymentID {
      let deployment = try await client.deployment(id)
      layers.append(deployment.jobVariables)
      deploymentName = deployment.name
    }
    layers.append(run.jobVariables)
    let filled = template.configuration(with: template.variables(layers), environment: environment)
    let document = try await resolve(filled).object ?? [:]
    return Job(
      configuration: try JobConfiguration(document), flowName: try await flowName(of: run),
      deploymentName: deploymentName)
  }

  /// A flow keeps its name.
  private func flowName(of run: Prefect.FlowRun) async throws -> String {
    let id = run.flowID.wire
    if let name = flowNames[id] { return name }
    let name = try await client.flow(run.flowID).name
    flowNames[id] = name
    return name
  }

  private func resolve(_ filled: JSONObject) async throws -> JSONValue {
    var values: [String: JSONValue] = [:]
    let words = Set(JobGaps.names(in: filled["command"] ?? .null))
    for name in Set(JobGaps.names(in: .object(filled))) {
      let parts = name.split(separator: ".").map(String.init)
      if parts.count >= 4, parts[0] == "prefect", parts[1] == "blocks" {
        let (value, isSecret) = try await block(parts[2], parts[3], parts.dropFirst(4))
        // Every user of the machine can read the words of a process, and they stand in the worker's log.
        if isSecret, words.contains(name) {
          throw Misconfiguration(
            "the job variable command names {{ \(name) }}, which is secret",
            remedy: "Put it in the job variable env, where the program reads it from its environment.")
        }
        values[name] = value
      } else if parts.count >= 3, parts[0] == "prefect", parts[1] == "variables" {
        guard let variable = try await client.variable(parts[2]) else {
          throw Misconfiguration("the job variables name the variable \(parts[2]), and the server has none")
        }
        values[name] = Self.member(variable.value, parts.dropFirst(3))
      }
    }
    return JobGaps.fill(.object(filled)) { values[$0] }
  }

  /// What a job variable names in a block, and whether there is a secret in it: something that the server masks.
  private func block(
    _ type: String, _ name: String, _ path: ArraySlice<String>
  ) async throws -> (JSONValue, isSecret: Bool) {
    func read(includeSecrets: Bool) async throws -> JSONValue {
      guard let block = try await client.blockDocument(type: type, name: name, includeSecrets: includeSecrets)
      else {
        throw Misconfiguration("the job variables name the block \(type)/\(name), and the server has none")
      }
      let data = JSONValue.object(block.data)
      // A block that wraps one value, a Secret say, stands for it.
      return path.isEmpty ? data["value"] ?? data : Self.member(data, path)
    }
    let value = try await read(includeSecrets: true)
    let shown = try await read(includeSecrets: false)
    let open = Set(Self.texts(shown))
    // Long ones too that the block's type does not call secret: a connection string, say.
    for text in Self.texts(value) where !open.contains(text) || text.utf8.count >= 8 {
      Redaction.register(text)
    }
    return (value, value != shown)
  }

  private static func member(_ value: JSONValue, _ path: ArraySlice<String>) -> JSONValue {
    path.reduce(value) { $0[$1] ?? .null }
  }

  private static func texts(_ value: JSONValue) -> [String] {
    switch value {
    case .string(let text): [text]
    case .array(let elements): elements.flatMap(texts)
    case .object(let members): members.flatMap { texts($0.value) }
    default: []
    }
  }
}
