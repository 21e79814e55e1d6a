public import FoundationEssentials
public import JSON

extension Prefect {
  /// The state of a run at a moment.
  public struct State: Codable, Sendable, Equatable {
    public var id: UUID?
    public var type: StateType
    /// A finer word than the type: `AwaitingRetry`, `Late`, or one of the program's own. Nil where the server leaves
    /// it to the type.
    public var name: String?
    public var timestamp: Date?
    public var message: String?
    /// The result, or ``ResultRecordMetadata`` that says where it lies.
    public var data: JSONValue?
    private var stateDetails: StateDetails?

    public init(
      _ type: StateType, name: String? = nil, id: UUID? = nil, timestamp: Date? = nil, message: String? = nil,
      data: JSONValue? = nil, details: StateDetails = StateDetails()
    ) {
      self.type = type
      self.name = name
      self.id = id
      self.timestamp = timestamp
      self.message = message
      self.data = data
      stateDetails = details
    }

    /// `state_details`.
    public var details: StateDetails {
      get { stateDetails ?? StateDetails() }
      set { stateDetails = newValue }
    }

    /// The name, or the usual one of the type.
    public var displayName: String { name ?? StateName.usual(type) }

    /// Where the result lies, if it was persisted.
    public var result: ResultRecordMetadata? {
      data.flatMap { try? ResultRecordMetadata(wire: $0) }
    }
  }

  /// A state that is proposed. The server gives it its id and its time.
  public struct StateCreate: Codable, Sendable, Equatable {
    public var type: StateType
    public var name: String?
    public var message: String?
    public var data: JSONValue?
    public var stateDetails: StateDetails

    public init(
      _ type: StateType, name: String? = nil, message: String? = nil, data: JSONValue? = nil,
      details: StateDetails = StateDetails()
    ) {
      self.type = type
      self.name = name
      self.message = message
      self.data = data
      stateDetails = details
    }
  }

  /// The names that Prefect's own programs give to states.
  public enum StateName {
    public static let scheduled = "Scheduled"
    public static let late = "Late"
    public static let awaitingRetry = "AwaitingRetry"
    public static let awaitingConcurrencySlot = "AwaitingConcurrencySlot"
    public static let resuming = "Resuming"
    public static let pending = "Pending"
    public static let submitting = "Submitting"
    public static let infrastructurePending = "InfrastructurePending"
    public static let running = "Running"
    public static let retrying = "Retrying"
    public static let rerunning = "Rerunning"
    public static let completed = "Completed"
    public static let cached = "Cached"
    public static let failed = "Failed"
    public static let cancelled = "Cancelled"
    public static let crashed = "Crashed"
    public static let paused = "Paused"
    public static let suspended = "Suspended"
    public static let notReady = "NotReady"
    public static let cancelling = "Cancelling"

    /// The name of a state that was given none: its type with one capital.
    public static func usual(_ type: StateType) -> String {
      type.rawValue.prefix(1).uppercased() + type.rawValue.dropFirst().lowercased()
    }
  }
}
