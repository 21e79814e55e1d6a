/// Who limits how many tasks of a tag run at once, whichever process they are in: an orchestrator.
public protocol TagLimitKeeper: Sendable {
  /// Does some work once there is a place for it under the limits of all its tags.
  func hold<Result: Sendable>(
    _ tags: [String], in run: FlowRun, _ work: @Sendable () async throws -> Result
  ) async throws -> Result
}

/// The keeper of the limits by tag of a run.
public enum TagLimitService: ServiceKey {
  public static func makeDefault() -> any TagLimitKeeper { NoTagLimits() }
}

private struct NoTagLimits: TagLimitKeeper {
  func hold<Result: Sendable>(
    _ tags: [String], in run: FlowRun, _ work: @Sendable () async throws -> Result
  ) async throws -> Result {
    try await work()
  }
}
