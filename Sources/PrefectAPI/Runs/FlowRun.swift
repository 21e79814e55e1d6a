public import FoundationEssentials
public import JSON

extension Prefect {
  /// A run of a flow.
  public struct FlowRun: Codable, Sendable, Equatable {
    public var id: UUID
    public var created: Date?
    public var updated: Date?
    public var name: String
    public var flowID: UUID
    public var stateID: UUID?
    public var deploymentID: UUID?
    public var deploymentVersion: String?
    public var workQueueID: UUID?
    public var workQueueName: String?
    public var workPoolID: UUID?
    public var workPoolName: String?
    public var flowVersion: String?
    public var parameters: JSONObject
    public var idempotencyKey: String?
    public var context: JSONObject
    private var empiricalPolicy: FlowRunPolicy?
    public var tags: [String]
    public var labels: JSONObject
    public var parentTaskRunID: UUID?
    public var stateType: StateType?
    public var stateName: String?
    /// How often it has entered RUNNING.
    public var runCount: Int
    public var expectedStartTime: Date?
    public var nextScheduledStartTime: Date?
    public var startTime: Date?
    public var endTime: Date?
    /// Seconds in RUNNING, without the current stretch.
    public var totalRunTime: Double
    /// Seconds in RUNNING, with the current stretch.
    public var estimatedRunTime: Double
    /// How many seconds later than expected it started, or now is.
    public var estimatedStartTimeDelta: Double
    public var autoScheduled: Bool
    public var infrastructureDocumentID: UUID?
    /// The worker's name for the process: its pid, with a process worker.
    public var infrastructurePid: String?
    public var createdBy: CreatedBy?
    /// Nil in the answer of a worker's poll, and as long as there is none.
    public var state: State?
    public var jobVariables: JSONObject

    /// `empirical_policy`: retries and pauses.
    public var policy: FlowRunPolicy {
      get { empiricalPolicy ?? FlowRunPolicy() }
      set { empiricalPolicy = newValue }
    }
  }

  /// How a run is retried and paused.
  public struct FlowRunPolicy: Codable, Sendable, Equatable {
    public var retries: Int?
    /// Seconds.
    public var retryDelay: Int?
    public var pauseKeys: [String]?
    public var resuming: Bool?
    /// `in_process` where the program that runs it repeats it, `reschedule` where a worker does.
    public var retryType: String?

    public init(retries: Int? = nil, retryDelay: Int? = nil) {
      self.retries = retries
      self.retryDelay = retryDelay
    }

    /// Whether the program that runs it is to repeat it: polls do not find such a run.
    public var isRetriedInProcess: Bool { retryType == "in_process" }

    /// The policy of a run that is scheduled anew: for a worker, and with none of its pauses behind it. The server's rules
    /// make it so; a state that is forced past them leaves it as it was.
    public var rescheduled: FlowRunPolicy {
      var copy = self
      copy.pauseKeys = []
      copy.resuming = false
      copy.retryType = "reschedule"
      return copy
    }

    /// Whether it has something of an attempt in it that a run scheduled anew must not have.
    public var remembersAttempt: Bool {
      isRetriedInProcess || pauseKeys?.isEmpty == false || resuming == true
    }
  }

  /// A run to be made without a deployment: by hand, or as a sub-flow.
  public struct FlowRunCreate: Codable, Sendable, Equatable {
    public var flowID: UUID
    /// Nil lets the server make one up.
    public var name: String?
    public var state: StateCreate?
    public var flowVersion: String?
    public var parameters: JSONObject = [:]
    public var context: JSONObject?
    public var parentTaskRunID: UUID?
    public var empiricalPolicy: FlowRunPolicy?
    public var tags: [String] = []
    public var labels: JSONObject?
    /// A second run of this flow with this key is not made; the first is given back.
    public var idempotencyKey: String?
    public var workPoolName: String?
    public var workQueueName: String?
    public var jobVariables: JSONObject?
    public var deploymentID: UUID?

    public init(flowID: UUID, name: String? = nil, state: StateCreate? = nil) {
      self.flowID = flowID
      self.name = name
      self.state = state
    }
  }

  /// A run of a deployment to be made. Parameters go over the deployment's, tags are united.
  public struct DeploymentFlowRunCreate: Codable, Sendable, Equatable {
    /// Nil lets the server make one up.
    public var name: String?
    /// Nil is SCHEDULED for now.
    public var state: StateCreate?
    public var parameters: JSONObject = [:]
    /// Nil is as the deployment says.
    public var enforceParameterSchema: Bool?
    public var context: JSONObject?
    public var empiricalPolicy: FlowRunPolicy?
    public var tags: [String] = []
    /// A second run of this deployment with this key is not made; the first is given back.
    public var idempotencyKey: String?
    public var labels: JSONObject?
    public var parentTaskRunID: UUID?
    public var workQueueName: String?
    /// Over the deployment's; dotted keys, `env.NAME`, reach into an object.
    public var jobVariables: JSONObject?

    public init(parameters: JSONObject = [:]) { self.parameters = parameters }

    /// The same, to start at a time.
    public func scheduled(at time: Date) -> DeploymentFlowRunCreate {
      var copy = self
      var details = StateDetails()
      details.scheduledTime = time
      copy.state = StateCreate(.scheduled, details: details)
      return copy
    }
  }

  /// What a PATCH changes of a run; what is nil stays.
  public struct FlowRunUpdate: Codable, Sendable, Equatable {
    public var name: String?
    public var flowVersion: String?
    public var parameters: JSONObject?
    public var empiricalPolicy: FlowRunPolicy?
    public var tags: [String]?
    public var infrastructurePid: String?
    public var jobVariables: JSONObject?

    public init() {}
  }

  /// A value that somebody hands to a run: the answer to a pause, or a message.
  public struct FlowRunInput: Codable, Sendable, Equatable {
    public var id: UUID?
    public var flowRunID: UUID
    public var key: String
    /// Text, by custom JSON.
    public var value: String
    public var sender: String?
  }
}
