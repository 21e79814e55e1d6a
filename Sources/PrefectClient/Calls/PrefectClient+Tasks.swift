public import FoundationEssentials
import HTTP
import JSON
public import PrefectAPI

extension PrefectClient {
  // MARK: Task runs

  /// Makes a task run; gives the one of the same flow run and keys where it is there already.
  public func createTaskRun(_ run: Prefect.TaskRunCreate) async throws -> Prefect.TaskRun {
    try await decode(
      Prefect.TaskRun.self,
      PrefectCall(
        .post, "/task_runs/", body: run.wireDocument(), "creating", "task run \(run.name ?? run.taskKey)"))
  }

  public func taskRun(_ id: UUID) async throws -> Prefect.TaskRun {
    try await decode(
      Prefect.TaskRun.self, PrefectCall(.get, "/task_runs/\(id.wire)", "reading", "task run \(id.wire)"))
  }

  /// - Parameter limit: how many at most; nil for all.
  public func taskRuns(
    _ filters: Prefect.Filters = Prefect.Filters(), sort: Prefect.TaskRunSort? = nil, limit: Int? = nil,
    offset: Int = 0
  ) async throws -> [Prefect.TaskRun] {
    try await list(
      Prefect.TaskRun.self, "/task_runs/filter", filters, sort: sort?.rawValue, limit: limit, offset: offset,
      "task runs")
  }

  /// How many task runs the filters let through.
  public func taskRunCount(_ filters: Prefect.Filters = Prefect.Filters()) async throws -> Int {
    try await decode(
      Int.self,
      PrefectCall(.post, "/task_runs/count", body: filters.wireDocument(), "counting", "task runs"))
  }

  /// Proposes a state for a task run.
  public func setTaskRunState(
    _ id: UUID, _ state: Prefect.StateCreate, force: Bool = false
  ) async throws -> Prefect.OrchestrationResult {
    let body: JSONValue = ["state": try state.wireDocument(), "force": .bool(force)]
    return try await decode(
      Prefect.OrchestrationResult.self,
      PrefectCall(
        .post, "/task_runs/\(id.wire)/set_state", body: body,
        "setting \(state.name ?? state.type.rawValue) as the state of", "task run \(id.wire)"))
  }

  // MARK: Events

  /// Sends events, in requests of 200. An event that arrives twice counts once, by its id.
  public func sendEvents(_ events: [Prefect.Event]) async throws {
    try await sendEvents(encoded: events.map { $0.json.bytes() })
  }

  /// Sends events that are JSON already, as ``Prefect/Event/json`` gives them: for those who keep them on disk.
  public func sendEvents(encoded events: [[UInt8]]) async throws {
    for start in stride(from: 0, to: events.count, by: 200) {
      try await sendList("/events", events[start..<min(start + 200, events.count)], "events")
    }
  }

  // MARK: Logs

  /// Sends log lines in one request. Where an answer is lost they are not sent again: the server keeps lines that come twice
  /// twice. ``logs(_:sort:limit:offset:)`` tells which have arrived.
  public func createLogs(_ lines: [Prefect.LogCreate]) async throws {
    try await createLogs(encoded: lines.map { $0.json.bytes() })
  }

  /// Sends log lines that are JSON already, as ``Prefect/LogCreate/json`` gives them, in one request.
  public func createLogs(encoded lines: [[UInt8]]) async throws {
    guard !lines.isEmpty else { return }
    try await sendList("/logs/", lines[...], "log lines", repetition: .doubles)
  }

  /// - Parameter limit: how many at most; nil for all.
  public func logs(
    _ filter: Prefect.LogFilter, sort: Prefect.LogSort? = nil, limit: Int? = nil, offset: Int = 0
  ) async throws -> [Prefect.Log] {
    var filters = Prefect.Filters()
    filters.logs = filter
    return try await list(
      Prefect.Log.self, "/logs/filter", filters, sort: sort?.rawValue, limit: limit, offset: offset,
      "log lines")
  }

  private func sendList(
    _ path: String, _ documents: ArraySlice<[UInt8]>, _ name: String,
    repetition: PrefectCall.Repetition = .harmless
  ) async throws {
    var call = PrefectCall(.post, path, "sending", name)
    call.repetition = repetition
    call.body =
      [UInt8(ascii: "[")] + Array(documents.joined(separator: [UInt8(ascii: ",")])) + [UInt8(ascii: "]")]
    try await perform(call)
  }
}
