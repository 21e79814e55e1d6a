extension Prefect {
  /// Whether somebody polls a work pool.
  public struct WorkPoolStatus: PrefectWord {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let ready = WorkPoolStatus(rawValue: "READY")
    public static let notReady = WorkPoolStatus(rawValue: "NOT_READY")
    public static let paused = WorkPoolStatus(rawValue: "PAUSED")
  }

  /// Whether somebody polls a work queue.
  public struct WorkQueueStatus: PrefectWord {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let ready = WorkQueueStatus(rawValue: "READY")
    public static let notReady = WorkQueueStatus(rawValue: "NOT_READY")
    public static let paused = WorkQueueStatus(rawValue: "PAUSED")
  }

  /// Whether a worker has sent its heartbeats lately.
  public struct WorkerStatus: PrefectWord {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let online = WorkerStatus(rawValue: "ONLINE")
    public static let offline = WorkerStatus(rawValue: "OFFLINE")
  }
}
