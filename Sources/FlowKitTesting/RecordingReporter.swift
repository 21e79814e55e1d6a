public import Essentials
public import FlowKit
public import Foundation
import Synchronization

/// Keeps everything that a run reports.
public final class RecordingReporter: RunReporter {
  /// A task and how it ended.
  public struct FinishedTask: Sendable {
    public let task: TaskIdentity
    public let outcome: TaskOutcome
  }

  /// An artifact under its key.
  public struct RecordedArtifact: Sendable, Equatable {
    public let key: String
    public let artifact: Artifact

    public init(key: String, artifact: Artifact) {
      self.key = key
      self.artifact = artifact
    }
  }

  /// How far some work had come.
  public struct RecordedProgress: Sendable, Equatable {
    public let name: String
    public let fraction: Double

    public init(name: String, fraction: Double) {
      self.name = name
      self.fraction = fraction
    }
  }

  /// A run within the run.
  public struct RecordedSubflow: Sendable {
    public let id: UUID
    public let flow: String
    public let parent: UUID
    /// Nil while it runs.
    public var completed: Bool?
  }

  private struct Record {
    var lines: [Log.Line] = []
    var started: [TaskIdentity] = []
    var finished: [FinishedTask] = []
    var artifacts: [RecordedArtifact] = []
    var progress: [RecordedProgress] = []
    var subflows: [RecordedSubflow] = []
  }

  private let record = Mutex(Record())

  public init() {}

  public var lines: [Log.Line] { record.withLock { $0.lines } }
  public var startedTasks: [TaskIdentity] { record.withLock { $0.started } }
  public var finishedTasks: [FinishedTask] { record.withLock { $0.finished } }
  public var artifacts: [RecordedArtifact] { record.withLock { $0.artifacts } }

  public func log(_ line: Log.Line, at time: Date) { record.withLock { $0.lines.append(line) } }
  public func taskStarted(_ task: TaskIdentity) { record.withLock { $0.started.append(task) } }
  public func taskFinished(_ task: TaskIdentity, _ outcome: TaskOutcome) {
    record.withLock { $0.finished.append(FinishedTask(task: task, outcome: outcome)) }
  }
  public func artifact(_ artifact: Artifact, key: String, description: String?) {
    record.withLock { $0.artifacts.append(RecordedArtifact(key: key, artifact: artifact)) }
  }
  public var progress: [RecordedProgress] { record.withLock { $0.progress } }
  public var subflows: [RecordedSubflow] { record.withLock { $0.subflows } }

  public func progress(_ name: String, _ fraction: Double) {
    record.withLock { $0.progress.append(RecordedProgress(name: name, fraction: fraction)) }
  }
  public func subflowStarted(_ id: UUID, flow: String, parent: UUID) {
    record.withLock {
      $0.subflows.append(RecordedSubflow(id: id, flow: flow, parent: parent, completed: nil))
    }
  }
  public func subflowFinished(_ id: UUID, _ error: (any Error)?) {
    record.withLock { record in
      for index in record.subflows.indices where record.subflows[index].id == id {
        record.subflows[index].completed = error == nil
      }
    }
  }
}
