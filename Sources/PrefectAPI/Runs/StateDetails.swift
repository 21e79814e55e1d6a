public import FoundationEssentials
public import JSON

extension Prefect {
  /// What the orchestration rules and the programs of a run tell each other beside the state itself.
  public struct StateDetails: Codable, Sendable, Equatable {
    public var flowRunID: UUID?
    public var taskRunID: UUID?
    /// The sub-flow run that a task run stands for.
    public var childFlowRunID: UUID?
    /// When a SCHEDULED run is to start.
    public var scheduledTime: Date?
    public var cacheKey: String?
    public var cacheExpiration: Date?
    public var deferred: Bool?
    /// The result was kept nowhere.
    public var untrackableResult: Bool?
    public var pauseTimeout: Date?
    /// Whether a pause gives up its process and is scheduled anew when it is resumed: a suspension.
    public var pauseReschedule: Bool?
    /// A pause of one key happens once in a run.
    public var pauseKey: String?
    /// The keys under which the form of a pause's input and its answer lie.
    public var runInputKeyset: JSONObject?
    public var refreshCache: Bool?
    public var retriable: Bool?
    /// Names this proposal: repeated, it is answered REJECT with the state that it made.
    public var transitionID: UUID?
    public var taskParametersID: UUID?
    public var traceparent: String?
    public var deploymentConcurrencyLeaseID: UUID?

    public init() {}
  }

  /// Where a persisted result lies, as `state.data` has it.
  public struct ResultRecordMetadata: Codable, Sendable, Equatable {
    /// The path or object key of the record.
    public var storageKey: String?
    public var expiration: Date?
    /// How the record is written: `{"type": "json"}`.
    public var serializer: JSONObject
    public var prefectVersion: String?
    /// The block document of the storage; nil for the default of the program that wrote it.
    public var storageBlockID: UUID?

    public init(
      storageKey: String, serializer: JSONObject = ["type": "json"], prefectVersion: String = Prefect.version,
      expiration: Date? = nil, storageBlockID: UUID? = nil
    ) {
      self.storageKey = storageKey
      self.serializer = serializer
      self.prefectVersion = prefectVersion
      self.expiration = expiration
      self.storageBlockID = storageBlockID
    }
  }

  /// The version of Prefect whose API this module describes.
  public static let version = "3.8.8"
  /// The version of that API.
  public static let apiVersion = "0.8.4"
}
