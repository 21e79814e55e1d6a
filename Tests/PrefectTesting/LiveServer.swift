import Essentials
package import Foundation
import JSON
package import PrefectAPI
package import PrefectClient

/// A real Prefect server that scripts/test-prefect has started, and nobody else uses.
package enum LiveServer {
  package static let apiURL = ProcessInfo.processInfo.environment["SLUICE_PREFECT_API_URL"]
  package static let authString = ProcessInfo.processInfo.environment["SLUICE_PREFECT_AUTH_STRING"]
  package static var isThere: Bool { apiURL != nil }
  /// Whether it asks for a login, and for CSRF tokens.
  package static var isGuarded: Bool { authString != nil }

  /// How often a call is sent again, where a test is not about that: Prefect's server on SQLite answers 503 for up to a minute
  /// now and then ("database is locked"), and these repetitions last for two.
  package static let retries = 8

  /// - Parameter apiURL: a way to it other than the direct one.
  package static func configuration(apiURL: String? = nil) -> PrefectConfiguration {
    var configuration = PrefectConfiguration(apiURL: apiURL ?? Self.apiURL ?? "")
    configuration.maxRetries = retries
    if let authString { configuration.authentication = PrefectConfiguration.basic(Secret(authString)) }
    return configuration
  }

  package static let client = PrefectClient(configuration())

  /// What a program needs in its environment to speak to the server.
  ///
  /// - Parameter apiURL: a way to it other than the direct one.
  package static func variables(apiURL: String? = nil) -> [String: String] {
    var variables = [
      "PREFECT_API_URL": apiURL ?? Self.apiURL ?? "", "no_proxy": "127.0.0.1,localhost", "COLUMNS": "240",
    ]
    variables["PREFECT_API_AUTH_STRING"] = authString
    return variables
  }

  /// A name that no other test has.
  package static func unique(_ name: String) -> String { "\(name)-\(UUID().wire.prefix(8))" }

  /// The root of the project.
  package static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// Python with Prefect in it, as scripts/prefect-server installs it.
  package static var python: String? {
    let path = "\(root)/.venv/prefect/bin/python"
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }

  /// Where scripts/test-prefect installs Prefect's integrations.
  package static var integrations: String? {
    let path = "\(root)/.venv/prefect-integrations"
    return FileManager.default.fileExists(atPath: "\(path)/prefect_aws") ? path : nil
  }

  /// What a program of Python says, on both streams.
  package static func runPython(_ program: String, _ arguments: String..., besides path: String? = nil)
    async throws -> String
  {
    try await run(["-c", program] + arguments, path)
  }

  /// What the prefect command says, on both streams.
  package static func runPrefect(_ arguments: String...) async throws -> String {
    try await runPrefect(arguments)
  }

  package static func runPrefect(_ arguments: [String]) async throws -> String {
    try await run(["-m", "prefect"] + arguments, nil)
  }

  private static func run(_ arguments: [String], _ path: String?) async throws -> String {
    let home = try TemporaryFolder()
    var variables = variables()
    variables["PYTHONPATH"] = path
    let ending = try await RunningProgram.run(
      python ?? "python3", arguments, home: home.path, environment: variables)
    return ending.output + ending.errors
  }

  // MARK: What a run has left

  package static func logs(_ run: UUID) async throws -> [Prefect.Log] {
    var filter = Prefect.LogFilter()
    filter.flowRunID = .any(run)
    return try await client.logs(filter, sort: .timestampAsc)
  }

  package static func tasks(_ run: UUID, atLeast count: Int) async throws -> [Prefect.TaskRun] {
    var filters = Prefect.Filters()
    filters.taskRuns = Prefect.TaskRunFilter()
    filters.taskRuns?.flowRunID = .any(run)
    return try await eventually {
      let tasks = try await client.taskRuns(filters, sort: .nameAsc)
      return tasks.count < count ? nil : tasks
    } ?? []
  }

  package static func artifacts(_ run: UUID) async throws -> [Prefect.Artifact] {
    var filters = Prefect.Filters()
    filters.artifacts = Prefect.ArtifactFilter()
    filters.artifacts?.flowRunID = .any(run)
    return try await client.artifacts(filters)
  }

  /// The state of a run as soon as it is of a type; the last one seen where it does not become so.
  package static func state(
    _ run: UUID, _ type: Prefect.StateType, within limit: Duration = .seconds(150)
  ) async throws -> Prefect.State? {
    let found = try await eventually(within: limit, every: .milliseconds(200)) {
      let state = try await client.flowRun(run).state
      return state?.type == type ? state : nil
    }
    if let found { return found }
    return try await client.flowRun(run).state
  }
}
