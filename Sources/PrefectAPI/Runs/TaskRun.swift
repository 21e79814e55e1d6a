public import FoundationEssentials
public import JSON

extension Prefect {
  /// A run of a task.
  public struct TaskRun: Codable, Sendable, Equatable {
    public var id: UUID
    public var created: Date?
    public var updated: Date?
    public var name: String
    public var flowRunID: UUID?
    /// Which task of the program it is.
    public var taskKey: String
    /// Which call of that task; with the flow run and the task key it is unique.
    public var dynamicKey: String
    public var cacheKey: String?
    public var cacheExpiration: Date?
    public var taskVersion: String?
    public var empiricalPolicy: TaskRunPolicy?
    public var tags: [String]
    public var labels: JSONObject
    public var stateID: UUID?
    /// By the name of an argument, what it came from: arrays of ``TaskInput``.
    public var taskInputs: JSONObject
    public var stateType: StateType?
    public var stateName: String?
    public var runCount: Int
    public var flowRunRunCount: Int
    public var expectedStartTime: Date?
    public var nextScheduledStartTime: Date?
    public var startTime: Date?
    public var endTime: Date?
    /// Seconds.
    public var totalRunTime: Double
    public var estimatedRunTime: Double
    public var estimatedStartTimeDelta: Double
    public var state: State?
  }

  /// How a task is retried, as the server shows it.
  public struct TaskRunPolicy: Codable, Sendable, Equatable {
    public var retries: Int?
    /// Seconds: one number, or an array with one for each retry.
    public var retryDelay: JSONValue?
    public var retryJitterFactor: Double?

    public init(retries: Int? = nil, retryDelay: JSONValue? = nil, retryJitterFactor: Double? = nil) {
      self.retries = retries
      self.retryDelay = retryDelay
      self.retryJitterFactor = retryJitterFactor
    }
  }

  /// A task run whose states the server is asked for one by one. For tasks by the thousand see ``TaskRunEvent``.
  public struct TaskRunCreate: Codable, Sendable, Equatable {
    public var id: UUID?
    public var name: String?
    public var flowRunID: UUID?
    public var taskKey: String
    public var dynamicKey: String
    public var state: StateCreate?
    public var cacheKey: String?
    public var cacheExpiration: Date?
    public var taskVersion: String?
    public var empiricalPolicy: TaskRunPolicy?
    public var tags: [String] = []
    public var labels: JSONObject?
    public var taskInputs: JSONObject = [:]

    public init(flowRunID: UUID?, taskKey: String, dynamicKey: String, name: String? = nil) {
      self.flowRunID = flowRunID
      self.taskKey = taskKey
      self.dynamicKey = dynamicKey
      self.name = name
    }
  }

  /// What an argument of a task came from.
  public enum TaskInput: Sendable, Equatable, JSONRepresentable {
    case taskRun(UUID)
    case flowRun(UUID)
    case parameter(String)
    case constant(type: String)

    public var json: JSONValue {
      switch self {
      case .taskRun(let id): ["input_type": "task_run", "id": .string(id.wire)]
      case .flowRun(let id): ["input_type": "flow_run", "id": .string(id.wire)]
      case .parameter(let name): ["input_type": "parameter", "name": .string(name)]
      case .constant(let type): ["input_type": "constant", "type": .string(type)]
      }
    }
  }
}
