public import Essentials

/// One task of a run, while it runs.
public struct TaskRun: Sendable {
  public let identity: TaskIdentity
  /// A log whose lines carry the task's name.
  public let log: Log
  /// 1 for the first attempt.
  public let attempt: Int
}
