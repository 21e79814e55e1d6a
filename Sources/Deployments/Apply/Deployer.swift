import Essentials
import FlowKit
import FoundationEssentials
import JSON
import PrefectAPI
public import PrefectClient

/// Brings deployments to a Prefect server, and keeps them there as they are declared.
public struct Deployer: Sendable {
  /// The image for deployments that name none, where their work pool takes one.
  public var image: String?
  /// Whether what left the code is removed.
  public var prunes = false
  /// Whether schedules become as they are declared, whatever people set on the server.
  public var resetsSchedules = false
  /// Whether work pools that are missing are made.
  public var createsPools = false
  private let server: any DeploymentServer

  public init(_ client: PrefectClient) { server = client }

  package init(server: any DeploymentServer) { self.server = server }

  /// Plans and applies in one go.
  public func deploy(_ set: DeploymentSet) async throws -> DeploymentReport {
    try await apply(try await plan(set))
  }

  // MARK: Planning

  /// What has to be done; reads only.
  ///
  /// - Throws: ``ManifestProblem`` or ``ManifestFailure`` where a deployment does not fit its pool, and what
  ///   the server's client throws.
  public func plan(_ set: DeploymentSet) async throws -> DeploymentPlan {
    let pools = try await pools(of: set)
    var problems: [ManifestProblem] = []
    var steps: [DeploymentPlan.Step] = []
    for entry in set.entries {
      guard let pool = pools[entry.deployment.poolName] else { continue }
      do {
        let desired = try DesiredDeployment(
          entry, pool: pool, image: image, project: set.project, environment: set.environment)
        let existing = try await server.find(flow: desired.flow, name: desired.name)
        if let owner = existing.flatMap({ DeploymentLabels($0.labels) })?.project, owner != set.project {
          throw ManifestProblem(
            place: entry.place, "the deployment \(entry.name) on the server belongs to the project \(owner)",
            remedy: "Give this one another name, or delete that one.")
        }
        steps.append(
          DeploymentPlan.Step(desired, existing: existing, resetsSchedules: resetsSchedules))
      } catch let problem as ManifestProblem {
        problems.append(problem)
      }
    }
    guard problems.isEmpty else { throw ManifestFailure.error(of: problems) }
    if prunes { steps += try await removals(for: set) }
    let order = steps.map(\.pool).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    let grouped = order.sorted().flatMap { pool in steps.filter { $0.pool == pool } }
    return DeploymentPlan(
      newPools: pools.values.filter { !$0.exists }.sorted { $0.name < $1.name }, steps: grouped,
      skipped: set.skipped)
  }

  private func pools(of set: DeploymentSet) async throws -> [String: PoolFacts] {
    var pools: [String: PoolFacts] = [:]
    for entry in set.entries where pools[entry.deployment.poolName] == nil {
      let name = entry.deployment.poolName
      if let pool = try await server.findPool(name) {
        pools[name] = PoolFacts(
          name: name, type: pool.type, baseJobTemplate: pool.baseJobTemplate, exists: true)
      } else if createsPools {
        let type = entry.deployment.infrastructure?.kind.poolType ?? "process"
        pools[name] = PoolFacts(name: name, type: type, exists: false)
      } else {
        let type = entry.deployment.infrastructure?.kind.poolType ?? "process"
        throw ManifestProblem(
          place: entry.place, "there is no work pool \(name)",
          remedy:
            "Make it (`sluice work-pool create --type \(type) \(name)`), or deploy with --create-pool.")
      }
    }
    return pools
  }

  /// What this project deployed to this environment and is no longer declared.
  private func removals(for set: DeploymentSet) async throws -> [DeploymentPlan.Step] {
    guard !set.isPart else {
      throw Misconfiguration("pruning needs all deployments, not some of them by name")
    }
    guard !set.entries.isEmpty else {
      throw Misconfiguration(
        "there is nothing to deploy, so that pruning would remove everything of the project \(set.project)",
        remedy: "Delete the deployments by name.")
    }
    let declared = Set(set.entries.map(\.name) + set.skipped.filter(\.isKept).map(\.name))
    let flows = Dictionary(try await server.allFlows().map { ($0.id, $0.name) }) { $1 }
    let all = try await server.allDeployments()
    let removals = all.filter { deployment in
      guard let labels = DeploymentLabels(deployment.labels), labels.project == set.project,
        labels.environment == set.environment ?? "", let flow = flows[deployment.flowID]
      else { return false }
      return !declared.contains("\(flow)/\(deployment.name)")
    }
    let removed = Set(removals.map(\.id))
    let used = Set(all.filter { !removed.contains($0.id) }.map(\.flowID))
    return removals.map { deployment in
      let flow = flows[deployment.flowID] ?? ""
      let isUsed = used.contains(deployment.flowID) || set.entries.contains { $0.flow.name == flow }
      return DeploymentPlan.Step(deleting: deployment, flow: flow, isLast: !isUsed)
    }
  }

  // MARK: Applying

  /// Carries a plan out, work pool by work pool. A deployment that fails does not keep the others; nothing is removed
  /// then.
  ///
  /// - Throws: what making a work pool throws, and `CancellationError`.
  public func apply(_ plan: DeploymentPlan) async throws -> DeploymentReport {
    for pool in plan.newPools {
      try await server.makePool(Prefect.WorkPoolCreate(name: pool.name, type: pool.type))
    }
    var rows: [DeploymentReport.Row] = []
    for step in plan.steps where step.action != .delete { rows.append(try await carryOut(step)) }
    let removals = plan.steps.filter { $0.action == .delete }
    if rows.contains(where: { $0.status == .failed }) {
      rows += removals.map {
        DeploymentReport.Row(
          name: $0.name, status: .unchanged, details: "not pruned, as others failed", id: $0.id)
      }
    } else {
      for step in removals { rows.append(try await carryOut(step)) }
      rows += try await removeEmptyFlows(of: removals, rows)
    }
    return DeploymentReport(rows: rows, skipped: plan.skipped)
  }

  private func carryOut(_ step: DeploymentPlan.Step) async throws -> DeploymentReport.Row {
    func row(_ status: DeploymentReport.Status, _ details: [String], _ id: UUID?) -> DeploymentReport.Row {
      DeploymentReport.Row(
        name: step.name, status: status, details: (details + step.drift).joined(separator: "; "), id: id,
        hasDrift: !step.drift.isEmpty)
    }
    do {
      switch step.work {
      case .nothing: return row(.unchanged, [], step.id)
      case .write(let desired, let schedules, let paused):
        let id = try await write(desired, schedules, paused)
        return row(
          .applied, step.action == .create ? ["created"] : [step.changes.joined(separator: ", ")], id)
      case .patch(_, let difference, let paused):
        guard let id = step.id else { return row(.unchanged, [], nil) }
        var update = difference.update
        update.paused = paused
        try await server.change(id, update)
        return row(.applied, [step.changes.joined(separator: ", ")], id)
      case .delete:
        if let id = step.id { try await server.remove(id) }
        return row(.pruned, ["no longer declared"], step.id)
      }
    } catch let failure as any Failure {
      return DeploymentReport.Row(
        name: step.name, status: .failed, details: failure.description, id: step.id, failure: failure)
    }
  }

  /// Makes a deployment, or makes it again. What a creation cannot clear, a change clears.
  private func write(
    _ desired: DesiredDeployment, _ schedules: [ScheduleRecord], _ paused: Bool
  ) async throws -> UUID {
    let flow = try await server.makeFlow(desired.flow)
    let written = try await server.write(
      desired.create(flowID: flow.id, schedules: schedules, paused: paused))
    let rest = DeploymentDifference(from: written, to: desired)
    if !rest.isEmpty { try await server.change(written.id, rest.update) }
    return written.id
  }

  /// Flows whose last deployment was removed.
  private func removeEmptyFlows(
    of removals: [DeploymentPlan.Step], _ rows: [DeploymentReport.Row]
  ) async throws -> [DeploymentReport.Row] {
    let pruned = Set(rows.filter { $0.status == .pruned }.map(\.name))
    var flows: [UUID: String] = [:]
    for step in removals where pruned.contains(step.name) {
      if case .delete(let flowID) = step.work {
        flows[flowID] = step.name.split(separator: "/").first.map(String.init)
      }
    }
    var result: [DeploymentReport.Row] = []
    for (id, name) in flows.sorted(by: { $0.value < $1.value }) {
      do {
        // Asked anew each time: others deploy, too.
        guard try await !server.allDeployments().contains(where: { $0.flowID == id }) else { continue }
        try await server.removeFlow(id)
        result.append(
          DeploymentReport.Row(name: name, status: .pruned, details: "flow without deployments", id: id))
      } catch let failure as any Failure {
        result.append(
          DeploymentReport.Row(
            name: name, status: .failed, details: failure.description, id: id, failure: failure))
      }
    }
    return result
  }
}
