public import Essentials
public import FlowKit
public import FoundationEssentials
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

  private struct Record {
    var lines: [Log.Line] = []
    var started: [TaskIdentity] = []
    var finished: [FinishedTask] = []
    var artifacts: [RecordedArtifact] = []
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
}
