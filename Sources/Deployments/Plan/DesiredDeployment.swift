import FlowKit
import FoundationEssentials
import JSON
import PrefectAPI

/// A deployment as the server is to have it.
struct DesiredDeployment: Sendable {
  let flow: String
  let name: String
  let pool: PoolFacts
  let queue: String?
  let description: String
  let version: String?
  let tags: [String]
  let parameters: JSONObject
  let parameterSchema: JSONObject
  let jobVariables: JSONObject
  let pullSteps: [JSONObject]
  let enforcesParameterSchema: Bool
  let concurrencyLimit: Int?
  let concurrencyOptions: Prefect.ConcurrencyOptions?
  let schedules: [ScheduleRecord]
  let paused: Bool?
  let labels: DeploymentLabels
  /// Whether it is deployed whatever the environment.
  let isEverywhere: Bool

  /// - Throws: ``ManifestProblem`` where the deployment and its pool do not fit together.
  init(
    _ entry: DeploymentSet.Entry, pool: PoolFacts, image: String?, project: String, environment: String?
  ) throws {
    let deployment = entry.deployment
    flow = entry.flow.name
    name = deployment.name
    self.pool = pool
    queue = deployment.workPool.queue
    description = deployment.description ?? entry.flow.summary
    version = deployment.version
    tags = deployment.tags
    parameters = deployment.parameters
    parameterSchema = entry.flow.schema.document
    do {
      jobVariables = try deployment.jobVariables(in: pool, image: image)
    } catch let problem as JobVariableProblem {
      let place = problem.variable.flatMap { entry.members.place(ofJobVariable: $0) } ?? entry.place
      throw ManifestProblem(place: place, "\(entry.name): \(problem.text)")
    }
    pullSteps = deployment.pullSteps.map(\.json)
    enforcesParameterSchema = deployment.enforcesParameterSchema
    concurrencyLimit = deployment.concurrencyLimit?.limit
    concurrencyOptions = deployment.concurrencyLimit.flatMap { limit in
      guard limit.collisionStrategy != nil || limit.gracePeriodSeconds != nil else { return nil }
      return Prefect.ConcurrencyOptions(
        limit.collisionStrategy.map { Prefect.ConcurrencyLimitStrategy(rawValue: $0) } ?? .enqueue,
        gracePeriodSeconds: limit.gracePeriodSeconds)
    }
    schedules = deployment.schedules.map(ScheduleRecord.init)
    paused = deployment.paused
    isEverywhere = deployment.environments.isEmpty
    labels = DeploymentLabels(
      project: project, environment: environment, schedules: schedules, paused: paused)
  }

  /// The body that makes it, with the schedules it is to have.
  func create(flowID: UUID, schedules: [ScheduleRecord], paused: Bool) -> Prefect.DeploymentCreate {
    var body = Prefect.DeploymentCreate(name: name, flowID: flowID)
    body.paused = paused
    body.schedules = schedules.map(\.create)
    body.concurrencyLimit = concurrencyLimit
    body.concurrencyOptions = concurrencyOptions
    body.enforceParameterSchema = enforcesParameterSchema
    body.parameterOpenapiSchema = parameterSchema
    body.parameters = parameters
    body.tags = tags
    body.labels = labels.json
    body.pullSteps = pullSteps
    body.workQueueName = queue
    body.workPoolName = pool.name
    body.description = description
    body.version = version
    body.entrypoint = flow
    body.jobVariables = jobVariables
    return body
  }
}
