public import Essentials
public import FoundationEssentials
import JSON

/// Who is told what happens in a run: the console, an orchestrator, a test.
///
/// Calls come from many tasks at once and must return quickly.
public protocol RunReporter: Sendable {
  func log(_ line: Log.Line, at time: Date)
  func taskStarted(_ task: TaskIdentity)
  func taskFinished(_ task: TaskIdentity, _ outcome: TaskOutcome)
  func artifact(_ artifact: Artifact, key: String, description: String?)
}

/// Which task of a run.
public struct TaskIdentity: Sendable, Hashable {
  public let name: String
  /// Counts the tasks of one name within a run from 0.
  public let index: Int
}

/// How a task ended.
public enum TaskOutcome: Sendable {
  case completed(attempts: Int, Duration)
  case failed(attempts: Int, Duration, any Error)
  case cancelled
}
