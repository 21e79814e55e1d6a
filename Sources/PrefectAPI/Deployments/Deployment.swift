public import FoundationEssentials
public import JSON

extension Prefect {
  /// A flow made ready to run: with parameters, schedules and the work pool whose worker runs it.
  public struct Deployment: Codable, Sendable, Equatable {
    public var id: UUID
    public var created: Date?
    public var updated: Date?
    public var name: String
    public var version: String?
    public var description: String?
    public var flowID: UUID
    public var paused: Bool
    public var schedules: [DeploymentSchedule]
    /// Always nil: a limit comes back as ``globalConcurrencyLimit``.
    public var concurrencyLimit: Int?
    public var globalConcurrencyLimit: GlobalConcurrencyLimit?
    public var concurrencyOptions: ConcurrencyOptions?
    public var jobVariables: JSONObject
    public var parameters: JSONObject
    public var tags: [String]
    public var labels: JSONObject
    public var workQueueName: String?
    public var workQueueID: UUID?
    public var lastPolled: Date?
    public var parameterOpenapiSchema: JSONObject?
    public var path: String?
    /// Each an object of one member: the step's name, and its inputs.
    public var pullSteps: [JSONObject]
    public var entrypoint: String?
    public var storageDocumentID: UUID?
    public var infrastructureDocumentID: UUID?
    public var createdBy: CreatedBy?
    public var updatedBy: CreatedBy?
    public var workPoolName: String?
    public var status: DeploymentStatus?
    public var enforceParameterSchema: Bool
  }

  /// What happens where more runs start than a deployment may have.
  public struct ConcurrencyOptions: Codable, Sendable, Equatable {
    public var collisionStrategy: ConcurrencyLimitStrategy
    public var gracePeriodSeconds: Int?

    public init(_ collisionStrategy: ConcurrencyLimitStrategy, gracePeriodSeconds: Int? = nil) {
      self.collisionStrategy = collisionStrategy
      self.gracePeriodSeconds = gracePeriodSeconds
    }
  }

  /// What kind of version a deployment's version is.
  public struct VersionInfo: Codable, Sendable, Equatable {
    /// `prefect:simple` for a text without further meaning.
    public var type: String
    public var version: String

    public init(_ version: String, type: String = "prefect:simple") {
      self.type = type
      self.version = version
    }
  }

  /// A deployment to be made. One of the same flow and name is overwritten, its schedules too.
  public struct DeploymentCreate: Codable, Sendable, Equatable {
    /// Without `/`.
    public var name: String
    public var flowID: UUID
    public var paused = false
    public var schedules: [DeploymentScheduleCreate] = []
    public var concurrencyLimit: Int?
    public var concurrencyOptions: ConcurrencyOptions?
    public var enforceParameterSchema = true
    public var parameterOpenapiSchema: JSONObject?
    public var parameters: JSONObject = [:]
    public var tags: [String] = []
    public var labels: JSONObject?
    public var pullSteps: [JSONObject]?
    public var workQueueName: String?
    /// Nil for a deployment that is served by a process of its own.
    public var workPoolName: String?
    public var description: String?
    public var path: String?
    public var version: String?
    public var entrypoint: String?
    public var jobVariables: JSONObject = [:]
    public var versionInfo: VersionInfo?

    public init(name: String, flowID: UUID) {
      self.name = name
      self.flowID = flowID
    }
  }

  /// What a PATCH changes of a deployment. Every PATCH deletes the runs that its schedules have planned; `schedules`
  /// replaces them all, and gives them new ids.
  public struct DeploymentUpdate: Codable, Sendable, Equatable {
    public var version: Change<String> = .keep
    public var description: Change<String> = .keep
    public var paused: Bool?
    public var schedules: [DeploymentScheduleCreate]?
    public var concurrencyLimit: Change<Int> = .keep
    public var concurrencyOptions: Change<ConcurrencyOptions> = .keep
    public var parameters: JSONObject?
    public var parameterOpenapiSchema: JSONObject?
    public var tags: [String]?
    public var workQueueName: Change<String> = .keep
    public var workPoolName: Change<String> = .keep
    public var path: Change<String> = .keep
    public var jobVariables: JSONObject?
    public var pullSteps: Change<[JSONObject]> = .keep
    public var entrypoint: Change<String> = .keep
    public var enforceParameterSchema: Bool?
    public var versionInfo: Change<VersionInfo> = .keep

    public init() {}
  }
}
