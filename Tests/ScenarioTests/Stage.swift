import Essentials
import Foundation
import HTTP
import JSON
import PrefectAPI
import PrefectClient
import PrefectTesting
import Testing

/// What one scenario has for itself on the server that all share: a home for its programs, a work pool, stand-ins for
/// the services that flows speak to, and workers. All of it ends with the scenario.
final class Stage {
  let home: TemporaryFolder
  let pool: String
  /// What its programs find in their environment.
  private(set) var variables = LiveServer.variables()
  private var programs: [RunningProgram] = []

  static let sluice = RunningProgram.built("sluice")

  init(pool: String? = nil) throws {
    home = try TemporaryFolder()
    self.pool = pool ?? LiveServer.unique("pool")
  }

  /// Makes a stage, plays on it, and clears it, however the play ends.
  static func with(pool: String? = nil, _ play: (Stage) async throws -> Void) async throws {
    let stage = try Stage(pool: pool)
    do { try await play(stage) } catch {
      let said = stage.programs.map(\.errors).joined(separator: "\n")
      await stage.close()
      Issue.record("what its programs said:\n\(said)")
      throw error
    }
    await stage.close()
  }

  private func close() async {
    for program in programs.reversed() { await program.stop() }
  }

  // MARK: Programs

  /// Starts a program that ends with the stage.
  func start(_ program: String, _ arguments: [String], also more: [String: String] = [:]) throws
    -> RunningProgram
  {
    let running = try RunningProgram(
      program, arguments, home: home.path, environment: variables.merging(more) { $1 })
    programs.append(running)
    return running
  }

  /// Runs `sluice` to its end, in the folder of the project.
  @discardableResult func sluice(
    _ arguments: String..., code: Int32 = 0, also more: [String: String] = [:]
  ) async throws -> RunningProgram.Ending {
    try await sluice(arguments, code: code, also: more)
  }

  private func sluice(_ arguments: [String], code: Int32, also more: [String: String]) async throws
    -> RunningProgram.Ending
  {
    let ending = try await RunningProgram.run(
      Self.sluice, arguments, home: home.path, folder: LiveServer.root,
      environment: variables.merging(more) { $1 })
    try #require(
      ending.code == code, "sluice \(arguments.joined(separator: " ")): \(ending.output)\(ending.errors)")
    return ending
  }

  /// Starts a worker of the pool.
  func worker(
    _ more: String..., program: String = sluice, apiURL: String? = nil, also variables: [String: String] = [:]
  ) throws -> RunningProgram {
    try start(
      program,
      ["worker", "start", "--pool", pool, "--name", pool, "--poll-interval", "1s", "--on-stop", "cancel"]
        + more, also: variables.merging(apiURL.map { ["PREFECT_API_URL": $0] } ?? [:]) { $1 })
  }

  // MARK: Stand-ins

  /// Starts `sluice sandbox`, and points programs at it.
  ///
  /// - Parameter intoEnvironment: whether programs find its credentials in their environment.
  /// - Returns: the variables that it prints.
  @discardableResult func startSandbox(_ options: String..., intoEnvironment: Bool = true) async throws
    -> [String: String]
  {
    let sandbox = try start(Self.sluice, ["sandbox", "--port", "0"] + options)
    let runs = try await eventually { sandbox.errors.contains("the sandbox runs at") ? true : nil }
    try #require(runs != nil, "\(sandbox.errors)")
    var printed: [String: String] = [:]
    for line in sandbox.output.split(separator: "\n") {
      let parts = line.dropFirst("export ".count).split(separator: "=", maxSplits: 1).map(String.init)
      printed[parts[0]] = parts[1]
    }
    if intoEnvironment { variables.merge(printed) { $1 } }
    sandboxURL = String(try #require(printed["DHIS2_BASE_URL"]).dropLast("/dhis2".count))
    return printed
  }

  private var sandboxURL = ""

  private let http = HTTPClient()

  private func askSandbox(_ path: String) async throws -> JSONValue {
    let answer = try await http.send(HTTPRequest(.get, "\(sandboxURL)/_sandbox/\(path)"))
    return try JSONValue(parsing: answer.body)
  }

  /// How many data values DHIS2 holds.
  func dataValueCount() async throws -> Int? { try await askSandbox("values")["count"]?.integer }

  /// How often the stand-ins were asked for something.
  func requestCount(_ method: String, _ part: String) async throws -> Int {
    try await askSandbox("requests/counts").array?
      .filter { $0["method"]?.string == method && $0["path"]?.string?.contains(part) == true }
      .reduce(0) { $0 + ($1["count"]?.integer ?? 0) } ?? 0
  }

  // MARK: Deployments and runs

  /// Deploys a flow by a manifest, on the pool of the stage, under the pool's name.
  ///
  /// - Parameter settings: further lines of the deployment, YAML in flow style.
  /// - Returns: `flow/name`.
  func deploy(_ flow: String, _ settings: String..., jobVariables: String = "{}") async throws -> String {
    try home.write(
      "prefect.yaml",
      """
      name: \(pool)
      deployments:
        - name: \(pool)
          entrypoint: \(flow)
          work_pool: {name: \(pool), job_variables: \(jobVariables)}
      \(settings.map { "    \($0)" }.joined(separator: "\n"))
      """)
    try await sluice("deploy", "--all", "--create-pool", "--prefect-file", "\(home.path)/prefect.yaml")
    return "\(flow)/\(pool)"
  }

  /// Creates a run of a deployment by the command.
  func run(_ deployment: String, _ options: String...) async throws -> UUID {
    let ending = try await sluice(
      ["deployment", "run", deployment, "-o", "json"] + options, code: 0, also: [:])
    return try #require(try JSONValue(parsing: ending.output)["id"]?.string.flatMap(UUID.init(uuidString:)))
  }

  /// The run as soon as it has ended well.
  @discardableResult func completed(_ id: UUID, within limit: Duration = .seconds(120)) async throws
    -> Prefect.FlowRun
  {
    try await reached(.completed, id, within: limit)
    return try await LiveServer.client.flowRun(id)
  }

  /// The state of a run as soon as it is of a type.
  @discardableResult func reached(
    _ type: Prefect.StateType, _ id: UUID, within limit: Duration = .seconds(120)
  ) async throws -> Prefect.State {
    let state = try #require(try await LiveServer.state(id, type, within: limit))
    let logs = state.type == type ? [] : try await LiveServer.logs(id).map(\.message)
    try #require(
      state.type == type,
      "it is \(state.displayName): \(state.message ?? "")\n\(logs.joined(separator: "\n"))")
    return state
  }

  /// The states of a run, in their order.
  func states(_ id: UUID) async throws -> [String] {
    try await LiveServer.client.flowRunStates(id).map(\.displayName)
  }

  /// The process that executes a run, as soon as the server knows it.
  func processID(_ id: UUID) async throws -> Int32 {
    let text = try await eventually { try await LiveServer.client.flowRun(id).infrastructurePid }
    return try #require(text.flatMap { Int32($0) })
  }

  /// The result of a run, as it is kept.
  func result(_ run: Prefect.FlowRun) throws -> JSONValue {
    let path = try #require(run.state?.result?.storageKey)
    let record = try JSONValue(parsing: Data(contentsOf: URL(filePath: path)))
    return try JSONValue(parsing: try #require(record["result"]?.string))
  }
}
