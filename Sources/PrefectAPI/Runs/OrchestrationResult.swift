extension Prefect {
  /// The answer to a proposed state.
  public struct OrchestrationResult: Codable, Sendable, Equatable {
    /// The state of the run now: the proposed one, another that the server put in its place, or the old one.
    public var state: State?
    public var status: SetStateStatus
    public var details: OrchestrationDetails

    public init(state: State?, status: SetStateStatus, details: OrchestrationDetails) {
      self.state = state
      self.status = status
      self.details = details
    }
  }

  /// Why, or for how long.
  public struct OrchestrationDetails: Codable, Sendable, Equatable {
    /// `accept_details`, `reject_details`, `abort_details` or `wait_details`.
    public var type: String
    public var reason: String?
    /// How long to wait before proposing it again, where the status is WAIT.
    public var delaySeconds: Double?

    public init(_ status: SetStateStatus, reason: String? = nil, delaySeconds: Double? = nil) {
      type = "\(status.rawValue.lowercased())_details"
      self.reason = reason
      self.delaySeconds = delaySeconds
    }
  }
}
