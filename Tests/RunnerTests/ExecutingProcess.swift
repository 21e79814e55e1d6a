import Foundation
import JSON
import PrefectAPI
import PrefectClient
import PrefectTesting

extension LiveServer {
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
}

/// `sluice flow-run execute` with the test flows, in a process of its own, as a worker starts it.
struct ExecutingProcess {
  let home: TemporaryFolder
  private let program: RunningProgram

  init(_ run: UUID, apiURL: String? = nil, _ environment: [String: String] = [:]) throws {
    home = try TemporaryFolder()
    var variables = LiveServer.variables(apiURL: apiURL)
    variables["PREFECT__FLOW_RUN_ID"] = run.wire
    program = try RunningProgram(
      RunningProgram.built("runner-test-flows"), ["flow-run", "execute"], home: home.path,
      environment: variables.merging(environment) { $1 })
  }

  var isRunning: Bool { program.isRunning }
  var said: String { program.errors }
  func send(_ signal: Int32) { program.send(signal) }

  /// Waits for the end, and gives the exit code.
  @discardableResult func ended() async -> Int32 { await program.ended() }
}
