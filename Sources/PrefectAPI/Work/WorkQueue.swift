public import FoundationEssentials

extension Prefect {
  /// A part of a work pool, with a priority and a limit of its own.
  public struct WorkQueue: Codable, Sendable, Equatable {
    public var id: UUID
    public var created: Date?
    public var updated: Date?
    public var name: String
    public var description: String?
    public var isPaused: Bool
    public var concurrencyLimit: Int?
    /// 1 comes first.
    public var priority: Int
    public var workPoolID: UUID?
    public var lastPolled: Date?
    public var workPoolName: String?
    public var status: WorkQueueStatus?
    public var activeSlots: Int?
  }

  /// A work queue to be made.
  public struct WorkQueueCreate: Codable, Sendable, Equatable {
    public var name: String
    public var description: String?
    public var isPaused: Bool
    public var concurrencyLimit: Int?
    /// A queue that has this priority is pushed down.
    public var priority: Int?

    public init(name: String, priority: Int? = nil, concurrencyLimit: Int? = nil) {
      self.name = name
      self.priority = priority
      self.concurrencyLimit = concurrencyLimit
      isPaused = false
    }
  }

  /// What a PATCH changes of a work queue.
  public struct WorkQueueUpdate: Codable, Sendable, Equatable {
    public var name: String?
    public var description: Change<String> = .keep
    public var isPaused: Bool?
    public var concurrencyLimit: Change<Int> = .keep
    public var priority: Int?

    public init() {}
  }
}
