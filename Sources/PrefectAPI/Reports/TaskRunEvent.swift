public import FoundationEssentials
public import JSON

extension Prefect {
  /// A state of a task run that the program itself decided on, told as an event.
  ///
  /// The server records the task run from it. The newest state counts, in whatever order they arrive, so that one
  /// event at the end suffices; recording it costs the server less than a quarter of the calls of ``TaskRunCreate``.
  public struct TaskRunEvent: Sendable {
    public var taskRunID: UUID
    public var name: String
    public var flowRunID: UUID
    /// Which task of the program it is.
    public var taskKey: String
    /// Which call of that task; with the flow run and the task key it is unique.
    public var dynamicKey: String
    /// Its id is the event's, so that telling it twice tells it once. A state without one is given one here.
    public var state: State
    /// The state before it, for the history; nil where this is the first that is told.
    public var previous: State?
    public var tags: [String] = []
    public var taskInputs: [(name: String, inputs: [TaskInput])] = []
    public var policy = TaskRunPolicy()
    public var runCount = 1
    public var flowRunRunCount = 1
    public var expectedStartTime: Date?
    public var startTime: Date?
    public var endTime: Date?
    /// Seconds in RUNNING.
    public var totalRunTime = 0.0
    public var cacheKey: String?
    public var cacheExpiration: Date?
    /// The flow run and what else the event is about; must have the flow run.
    public var related: [JSONObject]

    public init(
      taskRunID: UUID, name: String, flowRunID: UUID, taskKey: String, dynamicKey: String, state: State
    ) {
      self.taskRunID = taskRunID
      self.name = name
      self.flowRunID = flowRunID
      self.taskKey = taskKey
      self.dynamicKey = dynamicKey
      self.state = state
      self.state.id = state.id ?? UUID()
      related = [Event.resource("prefect.flow-run.\(flowRunID.wire)", role: "flow-run")]
    }

    /// The event that tells it.
    public var event: Event {
      let timestamp =
        state.timestamp ?? endTime ?? startTime ?? expectedStartTime ?? Date(timeIntervalSince1970: 0)
      let stateName = state.displayName
      return Event(
        id: state.id ?? UUID(), occurred: timestamp, event: "prefect.task-run.\(stateName)",
        resource: [
          "prefect.resource.id": .string("prefect.task-run.\(taskRunID.wire)"),
          "prefect.resource.name": .string(name), "prefect.run-count": .string(String(runCount)),
          "prefect.state-message": .string(state.message ?? ""), "prefect.state-name": .string(stateName),
          "prefect.state-timestamp": .string(WireDate.text(timestamp)),
          "prefect.state-type": .string(state.type.rawValue),
          // Without it the server accepts the event and records nothing.
          "prefect.orchestration": "client",
        ],
        related: tags.map { Event.resource("prefect.tag.\($0)", role: "tag") } + related,
        payload: [
          "intended": [
            "from": previous.map { .string($0.type.rawValue) } ?? .null, "to": .string(state.type.rawValue),
          ],
          "initial_state": previous.map(Self.document) ?? .null, "validated_state": Self.document(state),
          "task_run": taskRun,
        ], follows: previous?.id)
    }

    private static func document(_ state: State) -> JSONValue {
      [
        "type": .string(state.type.rawValue), "name": .string(state.displayName),
        "message": .string(state.message ?? ""), "state_details": document(state.details),
        "data": state.data ?? .null,
      ]
    }

    private static func document(_ details: StateDetails) -> JSONValue {
      // Most have none, and this is written for every task.
      if details == StateDetails() { return [:] }
      return (try? details.wireDocument()) ?? [:]
    }

    private var taskRun: JSONValue {
      var policy: JSONObject = ["max_retries": .integer(self.policy.retries ?? 0), "retry_delay_seconds": 0]
      policy["retries"] = .integer(self.policy.retries ?? 0)
      policy["retry_delay"] = self.policy.retryDelay ?? 0
      if let jitter = self.policy.retryJitterFactor { policy["retry_jitter_factor"] = .number(jitter) }
      var run: JSONObject = [
        "name": .string(name), "task_key": .string(taskKey), "dynamic_key": .string(dynamicKey),
        "empirical_policy": .object(policy), "tags": tags.json, "labels": [:],
        "task_inputs": .object(JSONObject(taskInputs.map { (key: $0.name, value: $0.inputs.json) })),
        "run_count": .integer(runCount), "flow_run_run_count": .integer(flowRunRunCount),
        "total_run_time": .number(totalRunTime),
      ]
      run["expected_start_time"] = expectedStartTime.map { .string(WireDate.text($0)) }
      run["start_time"] = startTime.map { .string(WireDate.text($0)) }
      run["end_time"] = endTime.map { .string(WireDate.text($0)) }
      run["cache_key"] = cacheKey.map { .string($0) }
      run["cache_expiration"] = cacheExpiration.map { .string(WireDate.text($0)) }
      return .object(run)
    }
  }
}
