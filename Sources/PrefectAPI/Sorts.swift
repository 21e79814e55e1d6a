extension Prefect {
  /// The order of flows.
  public struct FlowSort: PrefectWord {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let createdDesc = FlowSort(rawValue: "CREATED_DESC")
    public static let updatedDesc = FlowSort(rawValue: "UPDATED_DESC")
    public static let nameAsc = FlowSort(rawValue: "NAME_ASC")
    public static let nameDesc = FlowSort(rawValue: "NAME_DESC")
  }

  /// The order of flow runs.
  public struct FlowRunSort: PrefectWord {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let idDesc = FlowRunSort(rawValue: "ID_DESC")
    public static let startTimeAsc = FlowRunSort(rawValue: "START_TIME_ASC")
    public static let startTimeDesc = FlowRunSort(rawValue: "START_TIME_DESC")
    public static let expectedStartTimeAsc = FlowRunSort(rawValue: "EXPECTED_START_TIME_ASC")
    public static let expectedStartTimeDesc = FlowRunSort(rawValue: "EXPECTED_START_TIME_DESC")
    public static let nameAsc = FlowRunSort(rawValue: "NAME_ASC")
    public static let nameDesc = FlowRunSort(rawValue: "NAME_DESC")
    public static let nextScheduledStartTimeAsc = FlowRunSort(rawValue: "NEXT_SCHEDULED_START_TIME_ASC")
    public static let endTimeDesc = FlowRunSort(rawValue: "END_TIME_DESC")
  }

  /// The order of task runs.
  public struct TaskRunSort: PrefectWord {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let idDesc = TaskRunSort(rawValue: "ID_DESC")
    public static let expectedStartTimeAsc = TaskRunSort(rawValue: "EXPECTED_START_TIME_ASC")
    public static let expectedStartTimeDesc = TaskRunSort(rawValue: "EXPECTED_START_TIME_DESC")
    public static let nameAsc = TaskRunSort(rawValue: "NAME_ASC")
    public static let nameDesc = TaskRunSort(rawValue: "NAME_DESC")
    public static let nextScheduledStartTimeAsc = TaskRunSort(rawValue: "NEXT_SCHEDULED_START_TIME_ASC")
    public static let endTimeDesc = TaskRunSort(rawValue: "END_TIME_DESC")
  }

  /// The order of deployments.
  public struct DeploymentSort: PrefectWord {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let createdDesc = DeploymentSort(rawValue: "CREATED_DESC")
    public static let updatedDesc = DeploymentSort(rawValue: "UPDATED_DESC")
    public static let nameAsc = DeploymentSort(rawValue: "NAME_ASC")
    public static let nameDesc = DeploymentSort(rawValue: "NAME_DESC")
  }

  /// The order of log lines.
  public struct LogSort: PrefectWord {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let timestampAsc = LogSort(rawValue: "TIMESTAMP_ASC")
    public static let timestampDesc = LogSort(rawValue: "TIMESTAMP_DESC")
  }

  /// The order of artifacts and of artifact collections.
  public struct ArtifactSort: PrefectWord {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let createdDesc = ArtifactSort(rawValue: "CREATED_DESC")
    public static let updatedDesc = ArtifactSort(rawValue: "UPDATED_DESC")
    public static let idDesc = ArtifactSort(rawValue: "ID_DESC")
    public static let keyDesc = ArtifactSort(rawValue: "KEY_DESC")
    public static let keyAsc = ArtifactSort(rawValue: "KEY_ASC")
  }

  /// The order of variables.
  public struct VariableSort: PrefectWord {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let createdDesc = VariableSort(rawValue: "CREATED_DESC")
    public static let updatedDesc = VariableSort(rawValue: "UPDATED_DESC")
    public static let nameDesc = VariableSort(rawValue: "NAME_DESC")
    public static let nameAsc = VariableSort(rawValue: "NAME_ASC")
  }

  /// The order of block documents.
  public struct BlockDocumentSort: PrefectWord {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let nameDesc = BlockDocumentSort(rawValue: "NAME_DESC")
    public static let nameAsc = BlockDocumentSort(rawValue: "NAME_ASC")
    public static let blockTypeAndNameAsc = BlockDocumentSort(rawValue: "BLOCK_TYPE_AND_NAME_ASC")
  }
}
