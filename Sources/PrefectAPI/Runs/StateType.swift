extension Prefect {
  /// The kind of a state: what the orchestration rules go by.
  public struct StateType: PrefectWord {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let scheduled = StateType(rawValue: "SCHEDULED")
    public static let pending = StateType(rawValue: "PENDING")
    public static let running = StateType(rawValue: "RUNNING")
    public static let completed = StateType(rawValue: "COMPLETED")
    public static let failed = StateType(rawValue: "FAILED")
    public static let cancelled = StateType(rawValue: "CANCELLED")
    public static let crashed = StateType(rawValue: "CRASHED")
    public static let paused = StateType(rawValue: "PAUSED")
    public static let cancelling = StateType(rawValue: "CANCELLING")

    /// Whether a run in this state has come to its end.
    public var isTerminal: Bool { Self.terminal.contains(self) }
    /// The states of a run that has come to its end.
    public static let terminal: Set<StateType> = [.completed, .failed, .cancelled, .crashed]
  }
}
