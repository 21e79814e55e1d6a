public import JSON

/// How a flow is deployed, told beside the flow:
///
///     public static let deployments = [Deployment(name: "daily", schedules: [.cron("0 9 * * *")])]
///
/// Or in `deployments/<flow>/prefect.yaml`; what is said there is laid over what is said here.
public struct Deployment: Sendable {
  /// With the flow's name the name of the deployment: `flow/name`. Without `/`.
  public var name: String
  /// Nil for the flow's summary.
  public var description: String?
  public var tags: [String] = []
  public var version: String?
  /// Over the flow's defaults.
  public var parameters: JSONObject
  public var schedules: [Schedule]
  /// Whether the schedules of the deployment rest; nil where nothing is said: it is made active, and then left as
  /// people set it.
  public var paused: Bool?
  public var workPool: WorkPool
  /// Picks the pool and its job variables by what runs the flow.
  public var infrastructure: Infrastructure?
  /// How many of its runs may be under way at once.
  public var concurrencyLimit: ConcurrencyLimit?
  /// Whether the server refuses parameters that do not fit the flow's schema.
  public var enforcesParameterSchema = true
  /// What a worker does before it starts a run.
  public var pullSteps: [PullStep] = []
  /// The branch that it is deployed from, or that its pull step clones; nil for any.
  public var branch: String?
  /// Where it is deployed to; empty for everywhere.
  public var environments: [Environment]

  public init(
    name: String = "default", schedules: [Schedule] = [], active: Bool = true, parameters: JSONObject = [:],
    workPool: WorkPool = WorkPool(), infrastructure: Infrastructure? = nil, environments: [Environment] = []
  ) {
    self.name = name
    self.schedules = schedules
    paused = active ? nil : true
    self.parameters = parameters
    self.workPool = workPool
    self.infrastructure = infrastructure
    self.environments = environments
  }

  /// Where workers look for the runs of a deployment, and what they start them with.
  public struct WorkPool: Sendable, Equatable {
    /// Nil for the pool of the infrastructure, or `default`.
    public var name: String?
    /// Nil for the pool's default queue.
    public var queue: String?
    /// Values for the variables of the pool's template: `env`, `command`, `image` ...
    public var jobVariables: JSONObject

    public init(_ name: String? = nil, queue: String? = nil, jobVariables: JSONObject = [:]) {
      self.name = name
      self.queue = queue
      self.jobVariables = jobVariables
    }
  }

  /// How many runs of a deployment may be under way, and what becomes of one more.
  public struct ConcurrencyLimit: Sendable, Equatable {
    public var limit: Int
    /// `ENQUEUE` (the server's default) or `CANCEL_NEW`.
    public var collisionStrategy: String?
    public var gracePeriodSeconds: Int?

    public init(_ limit: Int, collisionStrategy: String? = nil, gracePeriodSeconds: Int? = nil) {
      self.limit = limit
      self.collisionStrategy = collisionStrategy
      self.gracePeriodSeconds = gracePeriodSeconds
    }
  }

  /// One step of a worker before a run: `prefect.deployments.steps.set_working_directory` ...
  public struct PullStep: Sendable, Equatable {
    public var name: String
    public var inputs: JSONObject

    public init(_ name: String, _ inputs: JSONObject) {
      self.name = name
      self.inputs = inputs
    }

    public static func setWorkingDirectory(_ directory: String) -> PullStep {
      PullStep("prefect.deployments.steps.set_working_directory", ["directory": .string(directory)])
    }

    public static func gitClone(_ repository: String, branch: String? = nil) -> PullStep {
      var inputs: JSONObject = ["repository": .string(repository)]
      inputs["branch"] = branch.map { .string($0) }
      return PullStep("prefect.deployments.steps.git_clone", inputs)
    }
  }

  /// Something that is deployed to by name (`sluice deploy --env prod`), with what is different there.
  public struct Environment: Sendable {
    public let name: String
    public let adjust: @Sendable (inout Deployment) -> Void

    public static func named(
      _ name: String, _ adjust: @escaping @Sendable (inout Deployment) -> Void = { _ in }
    ) -> Environment {
      Environment(name: name, adjust: adjust)
    }
  }
}
