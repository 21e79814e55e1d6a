package import FlowKit
import JSON

/// The manifest of a whole catalogue: each flow with the deployments that stand beside it, or one by the name
/// `default`.
package enum RootManifest {
  package static func text(_ catalogue: Catalogue, project: String) -> String {
    var writer = YAMLWriter()
    let deployments = zip(catalogue.flows, catalogue.descriptions).flatMap { flow, description in
      (flow.deployments.isEmpty ? [Deployment()] : flow.deployments).map { document($0, of: description) }
    }
    writer.write(["name": .string(project), "deployments": .array(deployments.map { .object($0) })])
    return """
      # Made by `sluice manifest generate` from the flows of this program: every flow, for a server on this machine
      # (make deploy-local). What is deployed for real stands in deployments/<flow>/prefect.yaml.

      """ + writer.text
  }

  private static func document(_ deployment: Deployment, of flow: FlowDescription) -> JSONObject {
    var document: JSONObject = ["name": .string(deployment.name), "entrypoint": .string(flow.name)]
    // What environments change is told in code alone; what would be written here would be laid over it.
    guard deployment.environments.isEmpty else { return document }
    document["description"] = .string(deployment.description ?? flow.summary)
    if !deployment.tags.isEmpty { document["tags"] = .array(deployment.tags.map { .string($0) }) }
    document["version"] = deployment.version.map { .string($0) }
    if !deployment.parameters.isEmpty { document["parameters"] = .object(deployment.parameters) }
    if !deployment.schedules.isEmpty { document["schedules"] = .array(deployment.schedules.map(\.document)) }
    document["paused"] = deployment.paused.map { .bool($0) }
    document["concurrency_limit"] = deployment.concurrencyLimit.map(\.document)
    if !deployment.enforcesParameterSchema { document["enforce_parameter_schema"] = false }
    document["infrastructure"] = deployment.infrastructure.map(\.document)
    document["branch"] = deployment.branch.map { .string($0) }
    if !deployment.pullSteps.isEmpty {
      document["pull"] = .array(deployment.pullSteps.map { .object($0.json) })
    }
    var pool: JSONObject = ["name": .string(deployment.poolName)]
    pool["work_queue_name"] = deployment.workPool.queue.map { .string($0) }
    if !deployment.workPool.jobVariables.isEmpty {
      pool["job_variables"] = .object(deployment.workPool.jobVariables)
    }
    document["work_pool"] = .object(pool)
    return document
  }
}

extension Deployment.Schedule {
  /// As a manifest has it, in Prefect's published form.
  fileprivate var document: JSONValue {
    var document: JSONObject = [:]
    switch rule {
    case .cron(let text, let dayOr):
      document["cron"] = .string(text)
      if !dayOr { document["day_or"] = false }
    case .interval(let seconds, let anchor):
      // As a duration: Prefect's schema takes a number only where nothing else is said.
      document["interval"] = .string("PT\(seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)")S")
      document["anchor_date"] = anchor.map { .string($0) }
    case .rrule(let text): document["rrule"] = .string(text)
    }
    document["timezone"] = timezone.map { .string($0) }
    if !active { document["active"] = false }
    if !parameters.isEmpty { document["parameters"] = .object(parameters) }
    document["slug"] = slug.map { .string($0) }
    document["replaces"] = replaces.map { .string($0) }
    return .object(document)
  }
}

extension Deployment.ConcurrencyLimit {
  fileprivate var document: JSONValue {
    guard collisionStrategy != nil || gracePeriodSeconds != nil else { return .integer(limit) }
    var document: JSONObject = ["limit": .integer(limit)]
    document["collision_strategy"] = collisionStrategy.map { .string($0) }
    document["grace_period_seconds"] = gracePeriodSeconds.map { .integer($0) }
    return .object(document)
  }
}

extension Deployment.Infrastructure {
  fileprivate var document: JSONValue {
    var document: JSONObject = ["type": .string(kind.rawValue)]
    document["cpu"] = cpu.map { .number($0) }
    document["memory"] = memory.map { .integer($0) }
    document["image"] = image.map { .string($0) }
    return .object(document)
  }
}
