public import FoundationEssentials
import JSON
import PrefectAPI

/// What deploying is going to do; nothing of it is done yet.
public struct DeploymentPlan: Sendable {
  /// What happens to one deployment.
  public enum Action: String, Sendable, CaseIterable {
    case create
    /// It is changed; its schedules are written anew.
    case replace
    /// It is changed; its schedules keep their identity.
    case update
    case unchanged
    case delete
  }

  /// One deployment.
  public struct Step: Sendable {
    /// `flow/name`.
    public let name: String
    public let pool: String
    public let action: Action
    /// What changes, by Prefect's names.
    public let changes: [String]
    /// What people set on the server and is left so.
    public let drift: [String]
    /// On the server; nil where it is created.
    public let id: UUID?
    let work: Work
  }

  enum Work: Sendable {
    /// Schedules and pause that it is to have.
    case write(DesiredDeployment, schedules: [ScheduleRecord], paused: Bool)
    case patch(DesiredDeployment, DeploymentDifference, paused: Bool?)
    case nothing
    case delete(flowID: UUID)
  }

  /// Work pools that are made first: name and type.
  let newPools: [PoolFacts]
  /// In the order of their work pools.
  public let steps: [Step]
  public let skipped: [DeploymentSet.Skipped]

  /// Whether the server is as it is to be.
  public var isEmpty: Bool { newPools.isEmpty && steps.allSatisfy { $0.action == .unchanged } }
}

extension DeploymentPlan.Step {
  /// What becomes of a deployment: a function of what is declared and what the server has.
  ///
  /// - Parameter resetsSchedules: whether schedules become as they are declared, whatever people set.
  init(_ desired: DesiredDeployment, existing: Prefect.Deployment?, resetsSchedules: Bool) {
    name = "\(desired.flow)/\(desired.name)"
    pool = desired.pool.name
    id = existing?.id
    guard let existing else {
      action = .create
      changes = []
      drift = []
      work = .write(desired, schedules: desired.schedules, paused: desired.paused ?? false)
      return
    }
    let labels = DeploymentLabels(existing.labels)
    let records = existing.schedules.map { ScheduleRecord($0) }
    let merge = ScheduleMerge(declared: desired.schedules, last: labels?.schedules, existing: records)
    let outcome = resetsSchedules ? merge.reset() : merge.merge()
    let pause = PauseMerge(declared: desired.paused, last: labels?.paused, existing: existing.paused)
    let paused = resetsSchedules ? desired.paused ?? false : pause.target
    let difference = DeploymentDifference(from: existing, to: desired)
    var changes = difference.fields
    if outcome.target != nil { changes.append("schedules") }
    if paused != existing.paused { changes.append("paused") }
    drift = outcome.drift + (resetsSchedules ? [] : pause.drift)
    let hasLabels = labels?.isSame(as: desired.labels, anyEnvironment: desired.isEverywhere) == true
    if outcome.target != nil || !hasLabels {
      action = .replace
      work = .write(desired, schedules: outcome.target ?? records, paused: paused)
      if changes.isEmpty { changes = ["labels"] }
    } else if !changes.isEmpty {
      action = .update
      work = .patch(desired, difference, paused: paused == existing.paused ? nil : paused)
    } else {
      action = .unchanged
      work = .nothing
    }
    self.changes = changes
  }

  /// The removal of a deployment that left the code.
  ///
  /// - Parameter isLast: whether its flow has no other then, and goes too.
  init(deleting deployment: Prefect.Deployment, flow: String, isLast: Bool) {
    name = "\(flow)/\(deployment.name)"
    pool = deployment.workPoolName ?? ""
    action = .delete
    changes = isLast ? ["with its flow and the flow's runs, as no deployment is left"] : []
    drift = []
    id = deployment.id
    work = .delete(flowID: deployment.flowID)
  }
}

/// Whether a deployment rests: what is declared, unless somebody said otherwise on the server.
struct PauseMerge {
  let declared: Bool?
  /// What was declared when it was last deployed.
  let last: Bool?
  let existing: Bool

  private var isDue: Bool { declared == true ? last != true : last == true }

  var target: Bool {
    guard let declared, declared != existing, isDue else { return existing }
    return declared
  }

  var drift: [String] {
    // What declares nothing is active.
    guard target != declared ?? false else { return [] }
    return ["the deployment was \(existing ? "paused" : "resumed") on the server"]
  }
}
