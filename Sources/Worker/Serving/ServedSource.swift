import Essentials
import FoundationEssentials
import PrefectAPI
import PrefectClient

/// The runs of deployments that this process serves.
actor ServedSource: RunSource {
  nonisolated let name: String
  nonisolated let heartbeatInterval: Duration
  nonisolated let template = JobTemplate(JobTemplate.process)
  private let client: PrefectClient
  private let flows: [ServedFlow]
  private let pausesOnStop: Bool
  private let log: Log
  private let registered: @Sendable (ServedFlow, Prefect.Deployment) -> Void
  private var deployments: [UUID] = []
  private var isClosed = false

  /// - Parameter registered: is told each deployment when it is there.
  init(
    _ client: PrefectClient, flows: [ServedFlow], pausesOnStop: Bool,
    heartbeatInterval: Duration = .seconds(30), log: Log,
    registered: @escaping @Sendable (ServedFlow, Prefect.Deployment) -> Void
  ) {
    self.client = client
    self.flows = flows
    self.pausesOnStop = pausesOnStop
    self.heartbeatInterval = heartbeatInterval
    self.log = log
    self.registered = registered
    name = "serving \(flows.map { "\($0.flow)/\($0.name)" }.joined(separator: ", "))"
  }

  func prepare() async throws {
    // Nothing is changed before everything has been looked at.
    var known: [Prefect.Deployment?] = []
    for flow in flows {
      let existing = try await client.deployment(flow: flow.flow, name: flow.name)
      if let pool = existing?.workPoolName {
        throw Misconfiguration(
          "the deployment \(flow.flow)/\(flow.name) belongs to the work pool \(pool), whose workers run it",
          remedy: "Serve the flow under another name, with --name.")
      }
      known.append(existing)
    }
    // Known before they are changed: whoever stops this in between still pauses them.
    deployments = known.compactMap { $0?.id }
    var ids: [UUID] = []
    for (flow, existing) in zip(flows, known) {
      let deployment = try await register(flow, existing)
      ids.append(deployment.id)
      registered(flow, deployment)
    }
    deployments = ids
  }

  private func register(_ flow: ServedFlow, _ existing: Prefect.Deployment?) async throws
    -> Prefect.Deployment
  {
    guard let existing else {
      let id = try await client.createFlow(Prefect.FlowCreate(name: flow.flow)).id
      return try await client.createDeployment(Registration.create(flow, flowID: id))
    }
    if let schedules = Registration.schedules(flow, existing: existing) {
      try await client.replaceSchedules(of: existing, with: schedules)
    }
    if let update = Registration.update(flow, existing: existing) {
      try await client.updateDeployment(existing.id, update)
      if update.paused == nil, existing.paused {
        log.warning(
          "\(flow.flow)/\(flow.name) was paused by somebody, and stays so: its schedules do not run")
      }
    } else if existing.paused {
      log.warning("\(flow.flow)/\(flow.name) was paused by somebody, and stays so: its schedules do not run")
    }
    return existing
  }

  /// Without those that a process waits with for its next attempt: here, other than in polls of a pool, the server gives
  /// them out as well.
  func runs(before date: Date, limit: Int) async throws -> [Prefect.FlowRun] {
    try await client.scheduledFlowRuns(ofDeployments: deployments, before: date, limit: min(limit, 200))
      .filter { !$0.policy.isRetriedInProcess }
  }

  /// Lifts the pause of a process that has served the same deployments and stopped after this one had registered them.
  func heartbeat() async throws {
    for id in deployments {
      let deployment: Prefect.Deployment
      do {
        deployment = try await client.deployment(id)
      } catch let failure as PrefectFailure where failure.isNotFound {
        continue
      }
      guard !isClosed, let lift = ServedFlow.adoption(of: deployment, paused: false) else { continue }
      try await client.updateDeployment(id, lift)
      log.info("the deployment \(id.wire) was paused by another process that served it, and goes on")
    }
  }

  func close() async {
    isClosed = true
    guard pausesOnStop else { return }
    for id in deployments {
      do {
        if let update = Registration.pause(try await client.deployment(id)) {
          try await client.updateDeployment(id, update)
          log.info("paused the deployment \(id.wire) until it is served again")
        }
      } catch {
        log.warning("the deployment \(id.wire) could not be paused: \(error)")
      }
    }
  }
}
