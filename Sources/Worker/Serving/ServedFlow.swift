import FoundationEssentials
public import JSON
public import PrefectAPI

/// A flow as it is served: what its deployment is to be like.
public struct ServedFlow: Sendable, Equatable {
  /// The flow's name.
  public var flow: String
  /// The deployment's name.
  public var name: String
  public var description: String?
  /// Over the flow's defaults.
  public var parameters: JSONObject = [:]
  /// The JSON Schema of the parameters.
  public var schema: JSONObject
  /// Nil leaves the schedules that the deployment has at the server.
  public var schedules: [Prefect.DeploymentScheduleCreate]?
  public var tags: [String] = []
  public var version: String?

  public init(flow: String, name: String, schema: JSONObject) {
    self.flow = flow
    self.name = name
    self.schema = schema
  }
}

extension ServedFlow {
  /// What makes a pause, or its end, somebody's own where the one who served the deployment had paused it: the next to serve
  /// it then leaves it as it is. Nil where it was not paused so.
  package static func adoption(
    of deployment: Prefect.Deployment, paused: Bool
  ) -> Prefect.DeploymentUpdate? {
    guard deployment.path == Registration.pauseMark else { return nil }
    var update = Prefect.DeploymentUpdate()
    update.path = .clear
    update.paused = paused
    return update
  }
}

/// What registering a served flow changes at the server.
enum Registration {
  /// What marks a pause as this program's: in the deployment's `path`, which a deployment without code to fetch has no
  /// other use for. It is at the server, so that a container that is made anew knows it.
  static let pauseMark = "sluice://paused-when-serving-stopped"

  static func create(_ flow: ServedFlow, flowID: UUID) -> Prefect.DeploymentCreate {
    var create = Prefect.DeploymentCreate(name: flow.name, flowID: flowID)
    create.description = flow.description
    create.parameters = flow.parameters
    create.parameterOpenapiSchema = flow.schema
    create.schedules = flow.schedules ?? []
    create.tags = flow.tags
    create.version = flow.version
    create.versionInfo = flow.version.map { Prefect.VersionInfo($0) }
    create.entrypoint = flow.flow
    return create
  }

  /// Only what differs: every change deletes the runs that the schedules have planned. Nil where nothing does.
  static func update(_ flow: ServedFlow, existing: Prefect.Deployment) -> Prefect.DeploymentUpdate? {
    var update = Prefect.DeploymentUpdate()
    if flow.description != existing.description { update.description = Change(flow.description) }
    if flow.parameters != existing.parameters { update.parameters = flow.parameters }
    if flow.schema != existing.parameterOpenapiSchema { update.parameterOpenapiSchema = flow.schema }
    if Set(flow.tags) != Set(existing.tags) { update.tags = flow.tags }
    if let version = flow.version, version != existing.version {
      update.version = .set(version)
      update.versionInfo = .set(Prefect.VersionInfo(version))
    }
    if existing.entrypoint != flow.flow { update.entrypoint = .set(flow.flow) }
    if existing.path == pauseMark {
      update.path = .clear
      update.paused = false
    }
    return update == Prefect.DeploymentUpdate() ? nil : update
  }

  /// The schedules to put in the place of those that are there; nil where they are the same, or none are given.
  static func schedules(
    _ flow: ServedFlow, existing: Prefect.Deployment
  ) -> [Prefect.DeploymentScheduleCreate]? {
    flow.schedules.flatMap { isSame($0, existing.schedules) ? nil : $0 }
  }

  /// The pause when serving stops; nil where somebody has paused it already, who alone may lift that.
  static func pause(_ existing: Prefect.Deployment) -> Prefect.DeploymentUpdate? {
    guard !existing.paused else { return nil }
    var update = Prefect.DeploymentUpdate()
    update.paused = true
    update.path = .set(pauseMark)
    return update
  }

  private static func isSame(
    _ wanted: [Prefect.DeploymentScheduleCreate], _ existing: [Prefect.DeploymentSchedule]
  ) -> Bool {
    guard wanted.count == existing.count else { return false }
    var rest = existing
    for schedule in wanted {
      // Whether it is active is left to those who look at the server.
      let place = rest.firstIndex {
        isSame(schedule.schedule, $0.schedule) && $0.parameters == schedule.parameters
          && (schedule.slug == nil || schedule.slug == $0.slug)
      }
      guard let place else { return false }
      rest.remove(at: place)
    }
    return true
  }

  /// Whether two schedules say the same: the server fills in the anchor of an interval, the zone UTC and the start of a
  /// rule where they were left out.
  private static func isSame(_ wanted: Prefect.Schedule, _ existing: Prefect.Schedule) -> Bool {
    switch (wanted, existing) {
    case (.cron(let a, let zoneA, let orA), .cron(let b, let zoneB, let orB)):
      a == b && (zoneA ?? "UTC") == (zoneB ?? "UTC") && orA == orB
    case (.interval(let a, let anchorA, let zoneA), .interval(let b, let anchorB, let zoneB)):
      a == b && (anchorA == nil || anchorA == anchorB) && (zoneA ?? "UTC") == (zoneB ?? "UTC")
    case (.rrule(let a, let zoneA), .rrule(let b, let zoneB)):
      (a == b || b.hasSuffix("\n\(a)") || b.hasSuffix("\nRRULE:\(a)")) && (zoneA ?? "UTC") == (zoneB ?? "UTC")
    default: wanted == existing
    }
  }
}
