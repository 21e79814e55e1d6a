import Essentials
import Foundation
import JSON
import PrefectAPI
import PrefectClient
import Synchronization
import Testing

/// A real Prefect server that scripts/test-prefect has started, and nobody else uses.
enum LiveServer {
  static let environment = ProcessInfo.processInfo.environment
  static let apiURL = environment["SLUICE_PREFECT_API_URL"]
  static let authString = environment["SLUICE_PREFECT_AUTH_STRING"]
  static var isThere: Bool { apiURL != nil }

  static let client: PrefectClient = {
    var configuration = PrefectConfiguration(apiURL: apiURL ?? "")
    if let authString { configuration.authentication = PrefectConfiguration.basic(Secret(authString)) }
    return PrefectClient(configuration)
  }()

  static func unique(_ name: String) -> String { "\(name)-\(UUID().wire.prefix(8))" }

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Python with Prefect in it, as scripts/prefect-server installs it.
  static var python: String? {
    let path = root.appending(path: ".venv/prefect/bin/python").path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }

  /// What a program of Python says.
  static func runPython(_ program: String, _ arguments: String...) async throws -> String {
    try await run("python", ["-c", program] + arguments)
  }

  /// What the prefect command says.
  static func runPrefect(_ arguments: String...) async throws -> String {
    try await run("python", ["-m", "prefect"] + arguments)
  }

  private static func run(_ program: String, _ arguments: [String]) async throws -> String {
    let process = Process()
    process.executableURL = root.appending(path: ".venv/prefect/bin/\(program)")
    process.arguments = arguments
    let home = try TemporaryFolder()
    var variables = [
      "HOME": home.path, "PATH": "/usr/bin:/bin", "PREFECT_API_URL": apiURL ?? "", "no_proxy": "127.0.0.1",
      "COLUMNS": "200",
    ]
    variables["PREFECT_API_AUTH_STRING"] = authString
    process.environment = variables
    process.standardInput = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    defer { withExtendedLifetime(home) {} }
    return await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        continuation.resume(returning: text)
      }
    }
  }

  /// A run of one of the test flows, waiting for a worker.
  static func run(
    of flow: String, _ parameters: JSONObject = [:],
    _ adjust: (inout Prefect.DeploymentCreate) -> Void = { _ in }
  ) async throws -> Prefect.FlowRun {
    let pool = try await client.createWorkPool(Prefect.WorkPoolCreate(name: unique("pool")))
    let known = try await client.createFlow(Prefect.FlowCreate(name: flow))
    var create = Prefect.DeploymentCreate(name: unique("deployment"), flowID: known.id)
    create.workPoolName = pool.name
    adjust(&create)
    let deployment = try await client.createDeployment(create)
    let run = try await client.createFlowRun(
      deployment: deployment.id, Prefect.DeploymentFlowRunCreate(parameters: parameters))
    // As a worker does; without it a cancellation ends the run at once.
    var update = Prefect.FlowRunUpdate()
    update.infrastructurePid = "1"
    try await client.updateFlowRun(run.id, update)
    return run
  }

  static func logs(_ run: UUID) async throws -> [Prefect.Log] {
    var filter = Prefect.LogFilter()
    filter.flowRunID = .any(run)
    return try await client.logs(filter, sort: .timestampAsc)
  }

  static func tasks(_ run: UUID, atLeast count: Int) async throws -> [Prefect.TaskRun] {
    var filters = Prefect.Filters()
    filters.taskRuns = Prefect.TaskRunFilter()
    filters.taskRuns?.flowRunID = .any(run)
    return try await eventually {
      let tasks = try await client.taskRuns(filters, sort: .nameAsc)
      return tasks.count < count ? nil : tasks
    } ?? []
  }

  static func artifacts(_ run: UUID) async throws -> [Prefect.Artifact] {
    var filters = Prefect.Filters()
    filters.artifacts = Prefect.ArtifactFilter()
    filters.artifacts?.flowRunID = .any(run)
    return try await client.artifacts(filters)
  }

  /// Asks until the answer is as it should be: for what other processes do.
  static func eventually<Answer>(
    within limit: Duration = .seconds(60), _ ask: () async throws -> Answer?
  ) async throws -> Answer? {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
      if let answer = try await ask() { return answer }
      try await Task.sleep(for: .milliseconds(50))
    }
    return try await ask()
  }
}

/// `sluice flow-run execute` with the test flows, in a process of its own, as a worker starts it.
final class ExecutingProcess {
  let home: TemporaryFolder
  private let process = Process()
  private let output: URL

  static let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
    path: "runner-test-flows")

  init(_ run: UUID, apiURL: String? = nil, _ environment: [String: String] = [:]) throws {
    home = try TemporaryFolder()
    output = URL(filePath: "\(home.path)/output.txt")
    try Data().write(to: output)
    process.executableURL = Self.program
    process.arguments = ["flow-run", "execute"]
    process.currentDirectoryURL = URL(filePath: home.path)
    var variables = [
      "HOME": home.path, "PATH": "/usr/bin:/bin", "PREFECT_API_URL": apiURL ?? LiveServer.apiURL ?? "",
      "PREFECT__FLOW_RUN_ID": run.wire, "no_proxy": "127.0.0.1,localhost",
    ]
    variables["PREFECT_API_AUTH_STRING"] = LiveServer.authString
    process.environment = variables.merging(environment) { $1 }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: output)
    try process.run()
  }

  var isRunning: Bool { process.isRunning }
  var said: String { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }
  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Waits for the end, and gives the exit code.
  @discardableResult func ended() async -> Int32 {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { [process] in
        process.waitUntilExit()
        continuation.resume()
      }
    }
    return process.terminationStatus
  }
}

/// A way to a server on loopback that a test can break and mend.
final class BreakableWay: Sendable {
  let port: Int
  private let target: Int
  private let listener: Int32
  private let state = Mutex<(isBroken: Bool, open: Set<Int32>)>((false, []))

  var isBroken: Bool {
    get { state.withLock { $0.isBroken } }
    set {
      let cut = state.withLock { state in
        state.isBroken = newValue
        return newValue ? state.open : []
      }
      for connection in cut { shutdown(connection, Int32(SHUT_RDWR)) }
    }
  }

  init(to url: String) throws {
    target = URLComponents(string: url)?.port ?? 80
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = Self.address(0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) | listen(listener, 64) | getsockname(listener, $0, &length)
      }
    }
    guard listener >= 0, code == 0 else { throw CocoaError(.fileReadUnknown) }
    self.listener = listener
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread { [self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        guard !isBroken, let far = connectToTarget() else {
          close(connection)
          continue
        }
        state.withLock { _ = $0.open.insert(connection) }
        copy(connection, far, closesBoth: true)
        copy(far, connection, closesBoth: false)
      }
    }
  }

  func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  private static func address(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    address.sin_port = UInt16(port).bigEndian
    return address
  }

  private func connectToTarget() -> Int32? {
    let far = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = Self.address(target)
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(far, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard code == 0 else {
      close(far)
      return nil
    }
    return far
  }

  private func copy(_ from: Int32, _ to: Int32, closesBoth: Bool) {
    Thread.detachNewThread { [self] in
      var buffer = [UInt8](repeating: 0, count: 64 << 10)
      while true {
        let count = recv(from, &buffer, buffer.count, 0)
        guard count > 0, send(to, &buffer, count, Int32(MSG_NOSIGNAL)) == count else { break }
      }
      shutdown(to, Int32(SHUT_RDWR))
      shutdown(from, Int32(SHUT_RDWR))
      guard closesBoth else { return }
      state.withLock { _ = $0.open.remove(from) }
    }
  }
}
