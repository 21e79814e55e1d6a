/// What becomes of running flow runs when their worker is told to stop.
public struct DrainPolicy: Sendable, Equatable {
  /// What is done with runs that do not come to their end in time.
  public enum Action: String, Sendable, CaseIterable {
    /// They are ended and scheduled anew, at once, for the next worker.
    case requeue
    /// They are ended and cancelled.
    case cancel
    /// Their processes go on without a worker; the next one of this name takes them up.
    case leave
  }

  public var action: Action
  /// How long runs may still come to their end by themselves.
  public var patience: Duration
  /// How long a process has between SIGTERM and SIGKILL.
  public var killGrace: Duration

  /// The defaults fit into the ten seconds that `docker stop` gives: four for runs that are nearly done, four more for
  /// those that clean up, two to tell the server.
  public init(
    _ action: Action = .requeue, patience: Duration = .seconds(4), killGrace: Duration = .seconds(4)
  ) {
    self.action = action
    self.patience = patience
    self.killGrace = killGrace
  }

  /// Why runs are ended when patience is over; nil where they are left alone.
  var reason: EndingReason? {
    switch action {
    case .requeue: .drainRequeued
    case .cancel: .drainCancelled
    case .leave: nil
    }
  }
}
