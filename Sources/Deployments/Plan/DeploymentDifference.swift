import JSON
import PrefectAPI

/// What a PATCH has to change of a deployment; empty where it is as it is to be.
struct DeploymentDifference: Sendable {
  private(set) var update = Prefect.DeploymentUpdate()
  /// What changes, by Prefect's names.
  private(set) var fields: [String] = []

  var isEmpty: Bool { fields.isEmpty }

  init(from existing: Prefect.Deployment, to desired: DesiredDeployment) {
    change("description", existing.description != desired.description) {
      $0.description = .set(desired.description)
    }
    change("version", existing.version != desired.version) { $0.version = Change(desired.version) }
    change("tags", Set(existing.tags) != Set(desired.tags)) { $0.tags = desired.tags }
    change("parameters", existing.parameters != desired.parameters) { $0.parameters = desired.parameters }
    change("parameter_openapi_schema", existing.parameterOpenapiSchema != desired.parameterSchema) {
      $0.parameterOpenapiSchema = desired.parameterSchema
    }
    let poolDiffers = existing.workPoolName != desired.pool.name
    let queueDiffers = (existing.workQueueName ?? "default") != (desired.queue ?? "default")
    change("work_pool", poolDiffers || queueDiffers) {
      // Without a queue the pool's name picks the pool's default queue.
      $0.workPoolName = .set(desired.pool.name)
      if let queue = desired.queue { $0.workQueueName = .set(queue) }
    }
    change("job_variables", existing.jobVariables != desired.jobVariables) {
      $0.jobVariables = desired.jobVariables
    }
    change("pull_steps", existing.pullSteps != desired.pullSteps) { $0.pullSteps = .set(desired.pullSteps) }
    change("entrypoint", existing.entrypoint != desired.flow) { $0.entrypoint = .set(desired.flow) }
    change(
      "enforce_parameter_schema", existing.enforceParameterSchema != desired.enforcesParameterSchema
    ) { $0.enforceParameterSchema = desired.enforcesParameterSchema }
    let limit = existing.globalConcurrencyLimit?.limit ?? existing.concurrencyLimit
    change(
      "concurrency_limit",
      limit != desired.concurrencyLimit || existing.concurrencyOptions != desired.concurrencyOptions
    ) {
      $0.concurrencyLimit = Change(desired.concurrencyLimit)
      $0.concurrencyOptions = Change(desired.concurrencyOptions)
    }
  }

  private mutating func change(
    _ field: String, _ differs: Bool, _ set: (inout Prefect.DeploymentUpdate) -> Void
  ) {
    guard differs else { return }
    fields.append(field)
    set(&update)
  }
}
