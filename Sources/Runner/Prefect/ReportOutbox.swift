import Essentials
import FlowKit
import FoundationEssentials
import Glibc
import PrefectAPI
import Synchronization

/// What a run has to tell the server, until it has arrived: filled by many tasks at once without waiting, emptied by one
/// ``ReportSender``.
final class ReportOutbox: Sendable {
  /// How much, and how long.
  struct Limits: Sendable {
    /// How long a report waits for others to go with it.
    var interval: Duration = .seconds(2)
    /// How many bytes go without waiting, and at most in one request.
    var batch = 1_000_000
    /// The most bytes of one log line.
    var line = 1_000_000
    /// The most bytes of log lines of one run.
    var log = 100_000_000
    /// The most bytes of one kind of report in memory, while the API is away.
    var memory = 4_000_000
    /// The most bytes of one kind of report on disk.
    var file = 250_000_000
    /// How long a task runs before the server is told that it does; shorter ones are told when they have ended.
    var announceAfter: Duration = .seconds(1)

    init() {}
  }

  /// One request's worth.
  enum Parcel: Sendable {
    case subflow(SubflowReport)
    case progress(ProgressReport)
    case artifact([UInt8])
    case logs([[UInt8]])
    case events([[UInt8]])
  }

  private struct State {
    var logs: ReportQueue
    var events: ReportQueue
    var artifacts: ReportQueue
    var subflows: [SubflowReport] = []
    var progress: [ProgressReport] = []
    /// Tasks that run and that the server has not been told of.
    var unannounced: [UUID: Prefect.TaskRunEvent] = [:]
    /// When the oldest report that waits came in.
    var since: Date?
    var isUrgent = false
    var logged = 0
    var leftOut = 0
    var isClosed = false

    var hasReports: Bool {
      !logs.isEmpty || !events.isEmpty || !artifacts.isEmpty || !subflows.isEmpty
        || progress.contains { $0.isNews }
    }
  }

  private let folder: String
  let limits: Limits
  let clock: any WallClock
  let bell = Doorbell()
  private let state: Mutex<State>

  /// - Parameter folder: for what finds no room in memory.
  init(folder: String, clock: any WallClock, limits: Limits = Limits()) {
    func queue(_ name: String) -> ReportQueue {
      ReportQueue(path: "\(folder)/\(name).jsonl", memoryLimit: limits.memory, fileLimit: limits.file)
    }
    self.folder = folder
    self.limits = limits
    self.clock = clock
    state = Mutex(
      State(logs: queue("logs"), events: queue("events"), artifacts: queue("artifacts")))
  }

  // MARK: Filling

  func log(_ line: Prefect.LogCreate) {
    var line = line
    line.message = Shortening.text(line.message, limit: limits.line)
    let document = line.json.bytes()
    add { state in
      guard state.logged + document.count <= limits.log else {
        if state.leftOut == 0 { state.logs.append(note(limitOf: line).json.bytes()) }
        state.leftOut += 1
        return
      }
      state.logged += document.count
      state.logs.append(document)
    }
  }

  func event(_ event: Prefect.Event) {
    let document = event.json.bytes()
    add { $0.events.append(document) }
  }

  func taskStarted(_ event: Prefect.TaskRunEvent) {
    let isFirst = state.withLock { state in
      state.unannounced[event.taskRunID] = event
      return state.unannounced.count == 1
    }
    if isFirst { bell.ring() }
  }

  func taskFinished(_ event: Prefect.TaskRunEvent) {
    let document = event.event.json.bytes()
    add { state in
      state.unannounced[event.taskRunID] = nil
      state.events.append(document)
    }
  }

  func artifact(_ artifact: Prefect.ArtifactCreate) throws {
    let document = try artifact.wireDocument().bytes()
    add { $0.artifacts.append(document) }
  }

  /// Only the newest step of each work goes out.
  func progress(run: UUID, name: String, percent: Double) {
    add { state in
      if let place = state.progress.firstIndex(where: { $0.run == run && $0.name == name }) {
        state.progress[place].percent = percent
      } else {
        state.progress.append(ProgressReport(run: run, name: name, percent: percent))
      }
    }
  }

  /// Goes out at once, before everything else: reports of the sub-flow need its run.
  func subflow(_ report: SubflowReport) {
    add { state in
      state.subflows.append(report)
      state.isUrgent = true
    }
  }

  private func add(_ change: (inout State) -> Void) {
    let now = clock.now()
    let wakes = state.withLock { state in
      let wasUrgent = state.isUrgent
      change(&state)
      if state.logs.bytes + state.events.bytes + state.artifacts.bytes >= limits.batch {
        state.isUrgent = true
      }
      defer { state.since = state.since ?? now }
      return state.since == nil || state.isUrgent && !wasUrgent
    }
    if wakes { bell.ring() }
  }

  private func note(limitOf line: Prefect.LogCreate) -> Prefect.LogCreate {
    var note = line
    note.level = .warning
    note.message =
      "This run has logged \(limits.log) bytes, which is the most that is sent: its further lines are left out here."
    return note
  }

  // MARK: Emptying

  /// When the next reports are to go; nil where there are none.
  var due: Date? {
    state.withLock { state in
      guard !state.isUrgent else { return state.since ?? .distantPast }
      let reports = state.hasReports ? state.since?.addingTimeInterval(limits.interval.seconds) : nil
      let tasks = state.unannounced.values.compactMap(\.startTime).min()?
        .addingTimeInterval(limits.announceAfter.seconds)
      return [reports, tasks].compactMap { $0 }.min()
    }
  }

  /// Whether a process before this one left log lines, which may have been sent.
  var hasLeftLines: Bool { state.withLock { $0.logs.wasLeft } }
  var isEmpty: Bool { state.withLock { !$0.hasReports } }
  var isClosed: Bool { state.withLock { $0.isClosed } }

  /// Tells the server of tasks that have run for a while, with what goes out next.
  func announceTasks() {
    let start = clock.now().addingTimeInterval(-limits.announceAfter.seconds)
    state.withLock { state in
      for (id, event) in state.unannounced where (event.startTime ?? start) <= start {
        state.unannounced[id] = nil
        state.events.append(event.event.json.bytes())
      }
    }
  }

  /// What goes out next; nil where nothing waits.
  func next() -> Parcel? {
    state.withLock { state in
      if let report = state.subflows.first { return .subflow(report) }
      if let report = state.progress.first(where: \.isNews) { return .progress(report) }
      if let document = state.artifacts.first(count: 1, bytes: 0).first { return .artifact(document) }
      let events = state.events.first(count: 200, bytes: limits.batch)
      if !events.isEmpty { return .events(events) }
      let logs = state.logs.first(count: 1000, bytes: limits.batch)
      if !logs.isEmpty { return .logs(logs) }
      state.since = nil
      state.isUrgent = false
      return nil
    }
  }

  /// Forgets what has arrived.
  func confirm(_ parcel: Parcel) {
    state.withLock { state in
      switch parcel {
      case .subflow: state.subflows.removeFirst()
      case .progress(let sent):
        guard let place = state.progress.firstIndex(where: { $0.run == sent.run && $0.name == sent.name })
        else { return }
        state.progress[place].artifact = sent.artifact
        state.progress[place].sent = sent.percent
      case .artifact: state.artifacts.remove(1)
      case .events(let documents): state.events.remove(documents.count)
      case .logs(let documents): state.logs.remove(documents.count)
      }
    }
  }

  /// How many reports found no room since this was asked last.
  func takeDropped() -> Int {
    state.withLock { $0.logs.takeDropped() + $0.events.takeDropped() + $0.artifacts.takeDropped() }
  }

  /// How many log lines were left out because the run logs too much.
  var leftOut: Int { state.withLock { $0.leftOut } }

  /// Makes the sender end.
  func close() {
    state.withLock { $0.isClosed = true }
    bell.ring()
  }

  /// Lets go of the files; those with reports that have not arrived stay. Gives how many reports found no room, and no one
  /// was told of.
  @discardableResult func closeFiles() -> Int {
    let dropped = state.withLock { state in
      state.logs.close()
      state.events.close()
      state.artifacts.close()
      return state.logs.takeDropped() + state.events.takeDropped() + state.artifacts.takeDropped()
    }
    // Fails, as it should, where something is kept in it.
    rmdir(folder)
    return dropped
  }
}

/// How far some work of a run is.
struct ProgressReport: Sendable {
  let run: UUID
  let name: String
  var percent: Double
  /// What the server was told last.
  var sent: Double?
  /// Under which id the server keeps it.
  var artifact: UUID?

  var isNews: Bool { sent != percent }

  init(run: UUID, name: String, percent: Double) {
    self.run = run
    self.name = name
    self.percent = percent
  }
}

/// The beginning or the end of a sub-flow, which is a run of its own at the server.
struct SubflowReport: Sendable {
  enum Moment: Sendable {
    case started(flow: String, parameters: JSONObject, at: Date)
    case finished(Prefect.StateCreate)
  }

  /// Its id in this process; the server gives it another.
  let id: UUID
  let parent: UUID
  let moment: Moment
}
