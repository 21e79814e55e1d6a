public import Essentials
public import Foundation
public import JSON

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
  /// Who is told what happens in a sub-flow that is about to start; this reporter itself where nobody else is.
  ///
  /// - Parameter parameters: all of them, defaults included.
  func reporter(forSubflow id: UUID, flow: String, parameters: JSONObject) -> any RunReporter
  func subflowStarted(_ id: UUID, flow: String, parent: UUID)
  /// - Parameter error: nil where it completed.
  func subflowFinished(_ id: UUID, _ error: (any Error)?)
}

extension RunReporter {
  public func reporter(forSubflow id: UUID, flow: String, parameters: JSONObject) -> any RunReporter { self }
}

/// Which task of a run.
public struct TaskIdentity: Sendable, Hashable {
  /// The task that is being worked on here, so that a log line can be told to belong to it; nil outside of tasks.
  @TaskLocal package static var current: TaskIdentity?

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
