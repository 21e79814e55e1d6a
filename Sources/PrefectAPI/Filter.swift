public import FoundationEssentials

extension Prefect {
  /// What a property must be like. Criteria that are nil do not count; those that are set must all hold.
  public struct Criterion<Value: Codable & Sendable & Equatable>: Codable, Sendable, Equatable {
    /// One of these. An empty list matches nothing.
    public var any: [Value]?
    public var notAny: [Value]?
    /// Each of these, where the property is a list.
    public var all: [Value]?
    /// Contains this text, whatever its case.
    public var like: String?
    public var isNull: Bool?
    public var exists: Bool?
    public var equals: Value?
    public var atLeast: Int?
    public var atMost: Int?
    public var before: Date?
    public var after: Date?

    public init() {}

    private enum CodingKeys: String, CodingKey {
      case any = "any_", notAny = "not_any_", all = "all_", like = "like_", isNull = "is_null_"
      case exists = "exists_", equals = "eq_", atLeast = "ge_", atMost = "le_"
      case before = "before_", after = "after_"
    }

    private static func with(_ set: (inout Criterion) -> Void) -> Criterion {
      var criterion = Criterion()
      set(&criterion)
      return criterion
    }

    public static func any(_ values: [Value]) -> Criterion { with { $0.any = values } }
    public static func any(_ values: Value...) -> Criterion { with { $0.any = values } }
    public static func notAny(_ values: [Value]) -> Criterion { with { $0.notAny = values } }
    public static func all(_ values: [Value]) -> Criterion { with { $0.all = values } }
    public static func like(_ text: String) -> Criterion { with { $0.like = text } }
    public static func isNull(_ isNull: Bool) -> Criterion { with { $0.isNull = isNull } }
    public static func exists(_ exists: Bool) -> Criterion { with { $0.exists = exists } }
    public static func equals(_ value: Value) -> Criterion { with { $0.equals = value } }
    public static func atLeast(_ number: Int) -> Criterion { with { $0.atLeast = number } }
    public static func atMost(_ number: Int) -> Criterion { with { $0.atMost = number } }
    public static func before(_ date: Date) -> Criterion { with { $0.before = date } }
    public static func after(_ date: Date) -> Criterion { with { $0.after = date } }
    public static func between(_ start: Date, _ end: Date) -> Criterion {
      with {
        $0.after = start
        $0.before = end
      }
    }
  }

  /// Whether all parts of a filter must hold, or one.
  public struct Operator: PrefectWord {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let and = Operator(rawValue: "and_")
    public static let or = Operator(rawValue: "or_")
  }

  /// Which flows.
  public struct FlowFilter: Codable, Sendable, Equatable {
    public var `operator`: Operator?
    public var id: Criterion<UUID>?
    public var name: Criterion<String>?
    public var tags: Criterion<String>?
    /// `.isNull(true)`: those without deployments.
    public var deployment: Criterion<UUID>?

    public init() {}
  }

  /// Which states.
  public struct StateFilter: Codable, Sendable, Equatable {
    public var `operator`: Operator?
    public var type: Criterion<StateType>?
    public var name: Criterion<String>?

    public init(type: Criterion<StateType>? = nil, name: Criterion<String>? = nil) {
      self.type = type
      self.name = name
    }
  }

  /// Which flow runs.
  public struct FlowRunFilter: Codable, Sendable, Equatable {
    public var `operator`: Operator?
    public var id: Criterion<UUID>?
    public var name: Criterion<String>?
    public var tags: Criterion<String>?
    public var deploymentID: Criterion<UUID>?
    public var workQueueName: Criterion<String>?
    public var state: StateFilter?
    public var flowVersion: Criterion<String>?
    public var startTime: Criterion<Date>?
    public var endTime: Criterion<Date>?
    public var expectedStartTime: Criterion<Date>?
    public var nextScheduledStartTime: Criterion<Date>?
    public var parentFlowRunID: Criterion<UUID>?
    public var parentTaskRunID: Criterion<UUID>?
    public var idempotencyKey: Criterion<String>?

    public init() {}
  }

  /// Which task runs.
  public struct TaskRunFilter: Codable, Sendable, Equatable {
    public var `operator`: Operator?
    public var id: Criterion<UUID>?
    public var name: Criterion<String>?
    public var tags: Criterion<String>?
    public var state: StateFilter?
    public var startTime: Criterion<Date>?
    public var endTime: Criterion<Date>?
    public var expectedStartTime: Criterion<Date>?
    /// `.exists(false)`: those that stand for no sub-flow.
    public var subflowRuns: Criterion<Bool>?
    public var flowRunID: Criterion<UUID>?

    public init() {}
  }

  /// Which deployments.
  public struct DeploymentFilter: Codable, Sendable, Equatable {
    public var `operator`: Operator?
    public var id: Criterion<UUID>?
    public var name: Criterion<String>?
    public var flowOrDeploymentName: Criterion<String>?
    public var paused: Criterion<Bool>?
    public var tags: Criterion<String>?
    public var workQueueName: Criterion<String>?

    public init() {}
  }

  /// Which work pools.
  public struct WorkPoolFilter: Codable, Sendable, Equatable {
    public var `operator`: Operator?
    public var id: Criterion<UUID>?
    public var name: Criterion<String>?
    public var type: Criterion<String>?

    public init() {}
  }

  /// Which work queues.
  public struct WorkQueueFilter: Codable, Sendable, Equatable {
    public var `operator`: Operator?
    public var id: Criterion<UUID>?
    public var name: Criterion<String>?

    public init() {}
  }

  /// Which log lines.
  public struct LogFilter: Codable, Sendable, Equatable {
    public var `operator`: Operator?
    /// `.atLeast(30)`: warnings and worse.
    public var level: Criterion<Int>?
    public var timestamp: Criterion<Date>?
    public var flowRunID: Criterion<UUID>?
    public var taskRunID: Criterion<UUID>?

    public init() {}
  }

  /// Which artifacts, or which artifact collections.
  public struct ArtifactFilter: Codable, Sendable, Equatable {
    public var `operator`: Operator?
    /// Of artifacts only.
    public var id: Criterion<UUID>?
    /// Of collections only.
    public var latestID: Criterion<UUID>?
    public var key: Criterion<String>?
    public var flowRunID: Criterion<UUID>?
    public var taskRunID: Criterion<UUID>?
    public var type: Criterion<String>?

    public init() {}
  }

  /// Which variables.
  public struct VariableFilter: Codable, Sendable, Equatable {
    public var `operator`: Operator?
    public var id: Criterion<UUID>?
    public var name: Criterion<String>?
    public var tags: Criterion<String>?

    public init() {}
  }

  /// Which block documents. Anonymous ones are left out unless the filter names them.
  public struct BlockDocumentFilter: Codable, Sendable, Equatable {
    public var `operator`: Operator?
    public var id: Criterion<UUID>?
    public var isAnonymous: Criterion<Bool>?
    public var blockTypeID: Criterion<UUID>?
    public var name: Criterion<String>?

    public init() {}
  }

  /// Which block types.
  public struct BlockTypeFilter: Codable, Sendable, Equatable {
    public var name: Criterion<String>?
    public var slug: Criterion<String>?

    public init() {}
  }

  /// Which block schemas.
  public struct BlockSchemaFilter: Codable, Sendable, Equatable {
    public var `operator`: Operator?
    public var id: Criterion<UUID>?
    public var blockTypeID: Criterion<UUID>?
    public var version: Criterion<String>?

    public init() {}
  }

  /// Filters on a thing and on what it belongs to; all must hold.
  public struct Filters: Codable, Sendable, Equatable {
    public var flows: FlowFilter?
    public var flowRuns: FlowRunFilter?
    public var taskRuns: TaskRunFilter?
    public var deployments: DeploymentFilter?
    public var workPools: WorkPoolFilter?
    public var workPoolQueues: WorkQueueFilter?
    public var logs: LogFilter?
    public var artifacts: ArtifactFilter?
    public var variables: VariableFilter?
    public var blockDocuments: BlockDocumentFilter?
    public var blockTypes: BlockTypeFilter?
    public var blockSchemas: BlockSchemaFilter?

    public init() {}
  }
}
