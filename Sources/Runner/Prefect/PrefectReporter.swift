import Essentials
import FlowKit
import Foundation
import PrefectAPI
import Synchronization

/// Tells a Prefect server what happens in a run. Nothing here waits: reports go into an outbox, from which they are sent
/// in batches.
final class PrefectReporter: RunReporter {
  /// The run, as reports name it.
  struct Subject: Sendable {
    let id: UUID
    let name: String
    let flow: String
    var flowID: UUID?
    var deploymentID: UUID?
    var tags: [String] = []
    /// How often the run has entered RUNNING: tasks of a repeated run are others.
    var runCount = 1
  }

  private let subject: Mutex<Subject>
  private let outbox: ReportOutbox
  private let clock: any WallClock
  private let leastLevel: Log.Level
  private let tasks = Mutex<[TaskIdentity: RunningTask]>([:])

  private struct RunningTask {
    let id: UUID
    let start: Date
  }

  init(_ subject: Subject, outbox: ReportOutbox, clock: any WallClock, leastLevel: Log.Level = .info) {
    self.subject = Mutex(subject)
    self.outbox = outbox
    self.clock = clock
    self.leastLevel = leastLevel
  }

  /// Says that the run begins once more.
  func repeats(runCount: Int) { subject.withLock { $0.runCount = runCount } }

  func log(_ line: Log.Line, at time: Date) {
    guard line.level >= leastLevel else { return }
    outbox.log(
      Prefect.LogCreate(
        name: line.label, level: line.level.prefect, message: line.message, timestamp: time,
        flowRunID: subject.withLock { $0.id }, taskRunID: currentTask))
  }

  func taskStarted(_ task: TaskIdentity) {
    let running = RunningTask(id: UUID(), start: clock.now())
    tasks.withLock { $0[task] = running }
    var event = event(task, running, Prefect.State(.running, timestamp: running.start))
    event.startTime = running.start
    outbox.taskStarted(event)
  }

  func taskFinished(_ task: TaskIdentity, _ outcome: TaskOutcome) {
    let now = clock.now()
    let running = tasks.withLock { $0.removeValue(forKey: task) } ?? RunningTask(id: UUID(), start: now)
    var state: Prefect.State
    var attempts = 1
    switch outcome {
    case .completed(let count, _):
      state = Prefect.State(.completed)
      attempts = count
    case .cached: state = Prefect.State(.completed, name: Prefect.StateName.cached)
    case .cancelled: state = Prefect.State(.cancelled)
    case .failed(let count, _, let error):
      let proposed = FinalState.state(of: FinalState.outcome(of: error))
      state = Prefect.State(proposed.type, name: proposed.name, message: proposed.message)
      attempts = count
    }
    state.timestamp = now
    var event = event(task, running, state)
    event.startTime = running.start
    event.endTime = now
    event.totalRunTime = max(0, now.timeIntervalSince(running.start))
    event.runCount = attempts
    outbox.taskFinished(event)
  }

  func artifact(_ artifact: Artifact, key: String, description: String?) {
    var description = description.map(Redaction.redact)
    let data: JSONValue
    switch artifact {
    case .table(let rows):
      let masked = rows.map { row in JSONObject(row.map { (key: $0.key, value: $0.value.redacted) }) }
      let (text, missing) = Shortening.table(masked, limit: Shortening.artifact)
      data = .string(text)
      if missing > 0 {
        description = "\(description.map { "\($0) " } ?? "")(\(missing) more of \(rows.count) rows left out)"
      }
    case .progress: data = artifact.data
    case .markdown, .link, .image:
      // A picture that is cut is none.
      let text = Redaction.redact(artifact.data.string ?? "")
      data = .string(artifact.type == "image" ? text : Shortening.text(text, limit: Shortening.artifact))
    }
    var create = Prefect.ArtifactCreate(type: artifact.type, key: key, description: description, data: data)
    create.flowRunID = subject.withLock { $0.id }
    create.taskRunID = currentTask
    do { try outbox.artifact(create) } catch {
      log(
        Log.Line(level: .warning, label: "artifact", message: "artifact \(key) cannot be written: \(error)"),
        at: clock.now())
    }
  }

  func progress(_ name: String, _ fraction: Double) {
    outbox.progress(
      run: subject.withLock { $0.id }, name: name, percent: (fraction * 1000).rounded() / 10)
  }

  func reporter(forSubflow id: UUID, flow: String, parameters: JSONObject) -> any RunReporter {
    outbox.subflow(
      SubflowReport(
        id: id, parent: subject.withLock { $0.id },
        moment: .started(flow: flow, parameters: parameters, at: clock.now())))
    return PrefectReporter(
      Subject(id: id, name: flow, flow: flow), outbox: outbox, clock: clock, leastLevel: leastLevel)
  }

  func subflowStarted(_ id: UUID, flow: String, parent: UUID) {}

  func subflowFinished(_ id: UUID, _ error: (any Error)?) {
    let outcome = error.map(FinalState.outcome) ?? .completed(result: .null)
    outbox.subflow(
      SubflowReport(
        id: id, parent: subject.withLock { $0.id }, moment: .finished(FinalState.state(of: outcome))))
  }

  /// The event by which a server may tell that the run is alive.
  func heartbeat() {
    let subject = subject.withLock { $0 }
    let run = "prefect.flow-run.\(subject.id.wire)"
    outbox.event(
      Prefect.Event(
        id: UUID(), occurred: clock.now(), event: "prefect.flow-run.heartbeat",
        resource: Prefect.Event.resource(
          run, name: subject.name, ["prefect.version": .string(Prefect.version)]), related: related(subject)))
  }

  /// The server's id of the task that is being worked on here.
  var currentTask: UUID? {
    TaskIdentity.current.flatMap { current in tasks.withLock { $0[current]?.id } }
  }

  private func event(_ task: TaskIdentity, _ running: RunningTask, _ state: Prefect.State)
    -> Prefect.TaskRunEvent
  {
    let subject = subject.withLock { $0 }
    let call = subject.runCount > 1 ? "\(subject.runCount)-\(task.index)" : "\(task.index)"
    var event = Prefect.TaskRunEvent(
      taskRunID: running.id, name: "\(task.name)-\(task.index)", flowRunID: subject.id, taskKey: task.name,
      dynamicKey: call, state: state)
    event.tags = task.tags
    event.flowRunRunCount = subject.runCount
    event.expectedStartTime = running.start
    event.related =
      [
        Prefect.Event.resource(
          "prefect.flow-run.\(subject.id.wire)", name: subject.name, role: "flow-run")
      ] + related(subject, but: task.tags)
    return event
  }

  /// What automations find a run's events by, but for tags that an event names already.
  private func related(_ subject: Subject, but named: [String] = []) -> [JSONObject] {
    var related: [JSONObject] = []
    if let flow = subject.flowID {
      related.append(Prefect.Event.resource("prefect.flow.\(flow.wire)", name: subject.flow, role: "flow"))
    }
    if let deployment = subject.deploymentID {
      related.append(Prefect.Event.resource("prefect.deployment.\(deployment.wire)", role: "deployment"))
    }
    return related
      + Set(subject.tags).subtracting(named).sorted().map {
        Prefect.Event.resource("prefect.tag.\($0)", role: "tag")
      }
  }
}

extension Log.Level {
  /// By Prefect's number.
  var prefect: Prefect.LogLevel {
    switch self {
    case .debug: .debug
    case .info: .info
    case .warning: .warning
    case .error: .error
    }
  }
}
