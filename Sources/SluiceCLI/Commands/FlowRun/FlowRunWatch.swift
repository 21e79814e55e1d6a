import Essentials
import FoundationEssentials
import PrefectAPI
import PrefectClient

/// Follows a run by asking again and again.
struct FlowRunWatch {
  let server: PrefectClient
  let id: UUID
  let interval: Duration
  /// When to give up; nil for never.
  var end: Date?
  var clock: any WallClock = .system

  /// Hands out a line for each state and each log line until the run has ended, and gives the run.
  func run(_ show: (String) -> Void) async throws -> Prefect.FlowRun {
    var states: Set<UUID> = []
    var logs = LogFollower(server: server, id: id)
    while true {
      // States first: what the run wrote before it ended is then surely asked for afterwards.
      let current = try await server.flowRunStates(id)
      var lines = try await logs.next().map { ($0.timestamp, FlowRunLines.log($0)) }
      for state in current where states.insert(state.id ?? UUID()).inserted {
        lines.append((state.timestamp ?? clock.now(), FlowRunLines.state(state)))
      }
      for (_, line) in lines.sorted(by: { $0.0 < $1.0 }) { show(line) }
      if current.last?.type.isTerminal == true {
        // Programs send their last lines a moment after their last state.
        try await clock.sleep(for: interval)
        for line in try await logs.next() { show(FlowRunLines.log(line)) }
        return try await server.flowRun(id)
      }
      if let end, clock.now() >= end { throw WatchTimeout(id: id, state: current.last?.displayName) }
      try await clock.sleep(for: interval)
    }
  }
}

/// A run went on for longer than it was to be watched.
struct WatchTimeout: Failure {
  let id: UUID
  let state: String?
  var kind: FailureKind { .transient }
  var message: String { "flow run \(id.wire) has not ended in time: it is \(state ?? "without a state")" }
  var remedy: String? { "It goes on; `sluice flow-run watch \(id.wire)` watches it again." }
}

/// Reads the log lines of a run that have come since the last time.
struct LogFollower {
  let server: PrefectClient
  let id: UUID
  var level: Int?
  /// Lines come in late and out of order, so a stretch before the newest is read again.
  private var newest: Date?
  private var known: Set<UUID> = []

  init(server: PrefectClient, id: UUID, level: Int? = nil) {
    self.server = server
    self.id = id
    self.level = level
  }

  mutating func next() async throws -> [Prefect.Log] {
    var filter = Prefect.LogFilter()
    filter.flowRunID = .any(id)
    filter.level = level.map { .atLeast($0) }
    filter.timestamp = newest.map { .after($0 - 30) }
    let lines = try await server.logs(filter, sort: .timestampAsc)
    let new = lines.filter { known.insert($0.id).inserted }
    newest = [newest, lines.last?.timestamp].compactMap { $0 }.max()
    return new
  }
}

/// Lines that show what a run does.
enum FlowRunLines {
  static func log(_ line: Prefect.Log) -> String {
    let level = line.level.name
    let padding = String(repeating: " ", count: max(0, 7 - level.count))
    return "\(Words.time(line.timestamp)) | \(level)\(padding) | \(line.message)"
  }

  static func state(_ state: Prefect.State) -> String {
    let time = state.timestamp.map(Words.time) ?? String(repeating: " ", count: 23)
    let message = state.message.flatMap { $0.isEmpty ? nil : ": \($0)" } ?? ""
    return "\(time) | state   | \(state.displayName)\(message)"
  }
}
