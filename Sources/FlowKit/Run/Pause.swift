import Essentials
public import JSON

/// A wait for a person.
public struct Pause: Sendable {
  /// Names this pause among those of a run: a person ends each once, however often the run is repeated.
  public var key: String
  /// How long somebody may take; then the run fails.
  public var timeout: Duration
  /// What the person is asked for; nil asks for nothing but to go on.
  public var input: JSONSchema?
  /// What the person reads.
  public var description: String?
  /// Whether the process is given up meanwhile. Somebody's answer then starts the flow anew, from its beginning.
  public var suspends: Bool

  public init(
    _ key: String, timeout: Duration = .seconds(3600), input: JSONSchema? = nil, description: String? = nil,
    suspends: Bool = false
  ) {
    self.key = key
    self.timeout = timeout
    self.input = input
    self.description = description
    self.suspends = suspends
  }
}

/// Who lets a run wait for a person: an orchestrator.
public protocol PauseKeeper: Sendable {
  /// Returns when somebody lets the run go on, with what that person gave.
  func pause(_ pause: Pause, of run: FlowRun) async throws -> JSONObject?
}

/// The keeper of pauses of a run.
public enum PauseService: ServiceKey {
  public static func makeDefault() -> any PauseKeeper { NobodyToWaitFor() }
}

private struct NobodyToWaitFor: PauseKeeper {
  func pause(_ pause: Pause, of run: FlowRun) throws -> JSONObject? {
    throw Misconfiguration(
      "flow \(run.flowName) pauses (\(pause.key)), and there is nobody who could let it go on",
      remedy: "Run it as a deployment of a Prefect server.")
  }
}

extension FlowRun {
  /// Waits until somebody lets the run go on, and gives what that person was asked for. The time does not count against
  /// the flow's timeout.
  public func pause(_ pause: Pause) async throws -> JSONObject? {
    try await services[PauseService.self].pause(pause, of: self)
  }
}
