public import FoundationEssentials

extension Prefect {
  /// A limit on task runs that share a tag, of the API's first generation.
  public struct ConcurrencyLimit: Codable, Sendable, Equatable {
    public var id: UUID
    public var created: Date?
    public var updated: Date?
    public var tag: String
    public var concurrencyLimit: Int
    /// The task runs that hold a slot.
    public var activeSlots: [UUID]
  }

  /// A limit by name. Tags and deployments have theirs under `tag:<tag>` and `deployment:<id>`.
  public struct GlobalConcurrencyLimit: Codable, Sendable, Equatable {
    public var id: UUID
    public var created: Date?
    public var updated: Date?
    public var active: Bool
    public var name: String
    public var limit: Int
    public var activeSlots: Int
    /// Slots that become free by themselves a second: 0 for a concurrency limit, more for a rate limit.
    public var slotDecayPerSecond: Double
  }

  /// A limit by name to be made.
  public struct GlobalConcurrencyLimitCreate: Codable, Sendable, Equatable {
    public var name: String
    public var limit: Int
    public var active: Bool
    public var activeSlots: Int
    public var slotDecayPerSecond: Double

    public init(name: String, limit: Int, active: Bool = true, slotDecayPerSecond: Double = 0) {
      self.name = name
      self.limit = limit
      self.active = active
      activeSlots = 0
      self.slotDecayPerSecond = slotDecayPerSecond
    }
  }

  /// What a PATCH changes of a limit by name; what is nil stays.
  public struct GlobalConcurrencyLimitUpdate: Codable, Sendable, Equatable {
    public var active: Bool?
    public var name: String?
    public var limit: Int?
    public var activeSlots: Int?
    public var slotDecayPerSecond: Double?

    public init() {}
  }

  /// Slots that are held until they are given back, or not renewed in time.
  public struct ConcurrencyLease: Codable, Sendable, Equatable {
    public var leaseID: UUID
    /// The limits that exist of those that were asked for.
    public var limits: [Limit]

    /// A limit of which slots are held.
    public struct Limit: Codable, Sendable, Equatable {
      public var id: UUID
      public var name: String
      public var limit: Int
    }
  }

  /// Who holds slots.
  public struct ConcurrencyLeaseHolder: Codable, Sendable, Equatable {
    /// `flow_run`, `task_run` or `deployment`.
    public var type: String
    public var id: UUID

    public init(type: String, id: UUID) {
      self.type = type
      self.id = id
    }
  }
}
