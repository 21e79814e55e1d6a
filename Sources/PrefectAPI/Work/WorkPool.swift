public import FoundationEssentials
public import JSON

extension Prefect {
  /// A place where workers look for runs.
  public struct WorkPool: Codable, Sendable, Equatable {
    public var id: UUID
    public var created: Date?
    public var updated: Date?
    public var name: String
    public var description: String?
    /// `process`, `docker`, `kubernetes`, `ecs` ...
    public var type: String
    /// `{"job_configuration": …, "variables": …}`; empty until the first worker of the type fills it.
    public var baseJobTemplate: JSONObject
    public var isPaused: Bool
    public var concurrencyLimit: Int?
    public var status: WorkPoolStatus?
    public var defaultQueueID: UUID?
    public var storageConfiguration: JSONObject
    /// How many of the concurrency limit's slots are taken.
    public var activeSlots: Int?
  }

  /// A work pool to be made.
  public struct WorkPoolCreate: Codable, Sendable, Equatable {
    /// Names that begin with "prefect" are the server's own.
    public var name: String
    public var type: String
    public var description: String?
    public var baseJobTemplate: JSONObject
    public var isPaused: Bool
    public var concurrencyLimit: Int?

    public init(name: String, type: String = "process", baseJobTemplate: JSONObject = [:]) {
      self.name = name
      self.type = type
      self.baseJobTemplate = baseJobTemplate
      isPaused = false
    }
  }

  /// What a PATCH changes of a work pool.
  public struct WorkPoolUpdate: Codable, Sendable, Equatable {
    public var description: Change<String> = .keep
    public var isPaused: Bool?
    public var baseJobTemplate: JSONObject?
    public var concurrencyLimit: Change<Int> = .keep

    public init() {}
  }

  /// A worker, by its heartbeats.
  public struct Worker: Codable, Sendable, Equatable {
    public var id: UUID
    public var created: Date?
    public var updated: Date?
    public var name: String
    public var workPoolID: UUID
    public var lastHeartbeatTime: Date?
    public var heartbeatIntervalSeconds: Int?
    public var status: WorkerStatus?
  }

  /// A run that a worker's poll found.
  public struct WorkerFlowRun: Codable, Sendable, Equatable {
    public var workPoolID: UUID
    public var workQueueID: UUID
    /// Without its state.
    public var flowRun: FlowRun
  }
}
