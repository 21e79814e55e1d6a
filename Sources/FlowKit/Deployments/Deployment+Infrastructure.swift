extension Deployment {
  /// What the runs of a deployment run in.
  public struct Infrastructure: Sendable, Equatable {
    /// The kinds, each with the type of work pool that it needs.
    public enum Kind: String, Sendable, CaseIterable {
      /// A process that a worker starts beside itself.
      case worker
      case docker, kubernetes, ecs

      /// The type of the work pool, as Prefect calls it.
      public var poolType: String { self == .worker ? "process" : rawValue }
      /// The pool where none is named.
      public var defaultPool: String { self == .worker ? "default" : rawValue }
    }

    public var kind: Kind
    /// In cores: 0.5 is half of one.
    public var cpu: Double?
    /// In MiB.
    public var memory: Int?
    public var image: String?

    public init(_ kind: Kind, cpu: Double? = nil, memory: Int? = nil, image: String? = nil) {
      self.kind = kind
      self.cpu = cpu
      self.memory = memory
      self.image = image
    }
  }
}
