import Essentials
import FlowKit
import JSON
import Testing

@testable import Deployments

/// A flow whose parameters all have defaults.
struct Greeting: Flow {
  static let name = "greeting"
  static let summary = "Greets."
  @Parameter("Whom to greet", .notEmpty) var name = "world"
  @Parameter("How often", .range(1...10)) var times = 1
  @Parameter("Whether to shout") var loud = false
  func run(_ run: FlowRun) async throws -> Int { times }
}

/// A flow with a parameter that must be given.
struct Copying: Flow {
  static let name = "copying"
  static let summary = "Copies."
  @Parameter("From where") var source: String
  func run(_ run: FlowRun) async throws -> Int { source.count }
}

/// A flow with its deployments beside it.
struct Registered: Flow {
  static let name = "registered"
  static let summary = "Deployed in code."
  static let deployments = [
    Deployment(
      name: "daily", schedules: [.cron("0 9 * * *", timezone: "Europe/Oslo")], parameters: ["level": 2],
      infrastructure: Deployment.Infrastructure(.ecs, cpu: 0.5, memory: 1024),
      environments: [
        .named("prod") { $0.parameters["level"] = 3 },
        .named("dev") { $0.paused = true },
      ]),
    Deployment(),
  ]
  @Parameter("A level") var level = 1
  func run(_ run: FlowRun) async throws -> Int { level }
}

enum Samples {
  /// The set of one manifest.
  static func set(
    _ yaml: String, flows: [any Flow.Type] = [Greeting.self, Copying.self],
    path: String = "flow/prefect.yaml",
    environment: [String: String] = [:], selection: DeploymentSelection = DeploymentSelection(),
    lookUp: @escaping @Sendable (ManifestReference) async throws -> JSONValue? = { _ in nil }
  ) async throws -> DeploymentSet {
    try await DeploymentSet(
      Catalogue(flows), manifests: [ManifestFile(yaml, path: path)], project: "test", selection: selection,
      values: ReferenceValues(environment: environment, lookUp: lookUp))
  }

  /// A manifest with one deployment of `greeting`, its settings at the indentation of keys.
  static func greeting(_ settings: String) -> String {
    let lines = settings.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }
    return "deployments:\n  - name: hello\n    entrypoint: greeting\n" + lines.joined(separator: "\n") + "\n"
  }

  /// The deployment of such a manifest.
  static func deployment(_ settings: String, environment: [String: String] = [:]) async throws -> Deployment {
    let set = try await set(greeting(settings), environment: environment)
    return try #require(set.entries.first).deployment
  }

  /// What reading such a manifest complains of.
  static func complaint(of settings: String) async -> String {
    await complaint { _ = try await deployment(settings) }
  }

  static func complaint(_ work: () async throws -> Void) async -> String {
    do {
      try await work()
      return "nothing"
    } catch {
      return "\(error)"
    }
  }
}
