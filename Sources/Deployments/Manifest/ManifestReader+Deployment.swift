import FlowKit
import JSON

extension ManifestReader {
  static let identityKeys = ["name", "entrypoint", "flow_name", "environments"]
  static let settingKeys = [
    "description", "tags", "version", "version_type", "parameters", "schedules", "schedule", "work_pool",
    "concurrency_limit", "enforce_parameter_schema", "pull", "paused", "infrastructure", "branch", "build",
    "push", "triggers", "sla",
  ]

  /// Lays what a mapping says over a deployment. Mappings (parameters, job variables) are laid over key by key;
  /// everything else is replaced.
  func apply(_ value: ManifestValue, to deployment: inout Deployment) throws {
    if let schedule = value["schedule"], !schedule.isNull, value["schedules"] != nil {
      throw problem(schedule, "there are both schedule and schedules", "Write schedules alone.")
    }
    for member in value.members ?? [] {
      let (key, value) = (member.key, member.value)
      switch key {
      case "description": deployment.description = try text(value, key)
      case "tags": deployment.tags = try texts(value, key)
      case "version": deployment.version = try text(value, key)
      case "parameters": deployment.parameters.lay(try parameters(value))
      case "paused": deployment.paused = try flag(value, key)
      case "schedule", "schedules":
        deployment.schedules = try (value.members == nil ? elements(value, key) : [value]).compactMap(
          schedule)
        try refuseEqualSlugs(deployment.schedules, value)
      case "work_pool": try apply(workPool: value, to: &deployment.workPool)
      case "concurrency_limit": deployment.concurrencyLimit = try concurrencyLimit(value)
      case "enforce_parameter_schema": deployment.enforcesParameterSchema = try flag(value, key) ?? true
      case "pull": deployment.pullSteps = try pullSteps(value)
      case "infrastructure": try apply(infrastructure: value, to: &deployment)
      case "branch": deployment.branch = try text(value, key)
      case "build", "push": try refuseBuild(value, key)
      case "version_type":
        if let type = try text(value, key), type != "prefect:simple" {
          throw problem(value, "version_type must be prefect:simple, not \(type)")
        }
      case "triggers", "sla":
        guard value.isNull || value.elements?.isEmpty == true else {
          throw problem(value, "\(key) are not deployed", "Make automations on the server by other means.")
        }
      default: break
      }
    }
  }

  private func apply(workPool value: ManifestValue, to pool: inout Deployment.WorkPool) throws {
    if value.isNull { return }
    let members = try members(
      value, of: "work_pool", known: ["name", "work_queue_name", "job_variables"])
    if let name = try members["name"].flatMap({ try text($0, "name") }) { pool.name = name }
    if let queue = try members["work_queue_name"].flatMap({ try text($0, "work_queue_name") }) {
      pool.queue = queue
    }
    if let variables = members["job_variables"] {
      pool.jobVariables.lay(try object(variables, "job_variables"))
    }
  }

  private func concurrencyLimit(_ value: ManifestValue) throws -> Deployment.ConcurrencyLimit? {
    if value.isNull { return nil }
    guard value.members != nil else {
      return try integer(value, "concurrency_limit", atLeast: 1).map { Deployment.ConcurrencyLimit($0) }
    }
    let members = try members(
      value, of: "concurrency_limit", known: ["limit", "collision_strategy", "grace_period_seconds"])
    guard let limit = try members["limit"].flatMap({ try integer($0, "limit", atLeast: 1) }) else {
      throw problem(value, "concurrency_limit does not say its limit")
    }
    let strategy = try members["collision_strategy"].flatMap { try text($0, "collision_strategy") }
    if let strategy, !["ENQUEUE", "CANCEL_NEW"].contains(strategy) {
      throw problem(value, "collision_strategy must be ENQUEUE or CANCEL_NEW, not \(strategy)")
    }
    let grace = try members["grace_period_seconds"].flatMap {
      try integer($0, "grace_period_seconds", atLeast: 60)
    }
    return Deployment.ConcurrencyLimit(limit, collisionStrategy: strategy, gracePeriodSeconds: grace)
  }

  private func apply(infrastructure value: ManifestValue, to deployment: inout Deployment) throws {
    if value.isNull { return deployment.infrastructure = nil }
    guard value.members != nil else {
      return deployment.infrastructure = Deployment.Infrastructure(try kind(value))
    }
    let members = try members(
      value, of: "infrastructure", known: ["type", "cpu", "memory", "image", "pool"])
    var infrastructure = deployment.infrastructure
    if let type = members["type"] {
      let kind = try kind(type)
      if infrastructure == nil { infrastructure = Deployment.Infrastructure(kind) }
      infrastructure?.kind = kind
    }
    guard var infrastructure else { throw problem(value, "infrastructure does not say its type") }
    if let value = members["cpu"] {
      guard let cores = value.scalar?.double, cores > 0, cores <= 128 else {
        throw problem(
          value, "cpu must be a number of cores, not \(value.json)",
          "0.25 is what ECS calls 256 and Kubernetes 250m.")
      }
      infrastructure.cpu = cores
    }
    if let value = members["memory"] { infrastructure.memory = try memory(value) }
    if let image = try members["image"].flatMap({ try text($0, "image") }) { infrastructure.image = image }
    if let pool = try members["pool"].flatMap({ try text($0, "pool") }) { deployment.workPool.name = pool }
    deployment.infrastructure = infrastructure
  }

  private func kind(_ value: ManifestValue) throws -> Deployment.Infrastructure.Kind {
    guard let text = try text(value, "infrastructure"),
      let kind = Deployment.Infrastructure.Kind(rawValue: text)
    else {
      let names = Deployment.Infrastructure.Kind.allCases.map(\.rawValue).joined(separator: ", ")
      throw problem(value, "infrastructure must be one of \(names), not \(value.json)")
    }
    return kind
  }

  /// MiB: `512`, `"512Mi"`, `"2Gi"`.
  private func memory(_ value: ManifestValue) throws -> Int {
    if let number = value.scalar?.integer, number > 0 { return number }
    if let text = value.scalar?.string, let match = text.wholeMatch(of: /([1-9]\d{0,8})(Mi|Gi)/),
      let number = Int(match.1)
    {
      return match.2 == "Gi" ? number * 1024 : number
    }
    throw problem(value, "memory must be a number of MiB, or such as 512Mi or 2Gi, not \(value.json)")
  }

  private func refuseEqualSlugs(_ schedules: [Deployment.Schedule], _ value: ManifestValue) throws {
    let slugs = schedules.compactMap(\.slug)
    guard let slug = slugs.first(where: { slug in slugs.count { $0 == slug } > 1 }) else { return }
    throw problem(value, "two schedules have the slug \(slug)")
  }
}

extension JSONObject {
  /// Lays other members over these; objects within key by key.
  mutating func lay(_ other: JSONObject) {
    for (key, value) in other {
      if var below = self[key]?.object, let above = value.object {
        below.lay(above)
        self[key] = .object(below)
      } else {
        self[key] = value
      }
    }
  }
}
