public import Essentials

/// One task of a run, while it runs.
public struct TaskRun: Sendable {
  public let identity: TaskIdentity
  /// 1 for the first attempt.
  public let attempt: Int
  private let runLog: Log

  init(identity: TaskIdentity, runLog: Log, attempt: Int) {
    self.identity = identity
    self.runLog = runLog
    self.attempt = attempt
  }

  /// A log whose lines carry the task's name.
  public var log: Log { runLog.named(identity.name) }
}
