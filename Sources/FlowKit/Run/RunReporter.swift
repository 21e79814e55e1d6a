public import Essentials
public import Foundation
import JSON

/// Who is told what happens in a run: the console, an orchestrator, a test.
///
/// Calls come from many tasks at once and must return quickly.
public protocol RunReporter: Sendable {
  func log(_ line: Log.Line, at time: Date)
  func taskStarted(_ task: TaskIdentity)
  func taskFinished(_ task: TaskIdentity, _ outcome: TaskOutcome)
  func artifact(_ artifact: Artifact, key: String, description: String?)
  /// How far some work has come, from 0 to 1.
  func progress(_ name: String, _ fraction: Double)
  func subflowStarted(_ id: UUID, flow: String, parent: UUID)
  /// - Parameter error: nil where it completed.
  func subflowFinished(_ id: UUID, _ error: (any Error)?)
}

/// Which task of a run.
public struct TaskIdentity: Sendable, Hashable {
  public let name: String
  /// Counts the tasks of one name within a run from 0.
  public let index: Int
  /// Words by which people find the task.
  public let tags: [String]
}

/// How a task ended.
public enum TaskOutcome: Sendable {
  case completed(attempts: Int, Duration)
  /// An earlier result was kept and still counts.
  case cached
  case failed(attempts: Int, Duration, any Error)
  case cancelled
}
