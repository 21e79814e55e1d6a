import FlowKitTesting
import Foundation
import JSON
import PrefectAPI
import PrefectClient
import PrefectTesting
import Synchronization

@testable import FlowKit
@testable import Runner

/// What a scripted answer does besides, once there is something to do it to.
final class Hook: Sendable {
  private let body = Mutex<(@Sendable () -> Void)?>(nil)
  func set(_ body: @escaping @Sendable () -> Void) { self.body.withLock { $0 = body } }
  func callAsFunction() { body.withLock { $0 }?() }
}

/// A run of a scripted server, and who executes it, with a clock that does not wait.
final class RunBench: Sendable {
  typealias Request = ScriptedServer.Request
  typealias Answer = ScriptedServer.Answer

  let folder: TemporaryFolder
  let clock = ManualClock()
  let console = RecordingReporter()
  let server: ScriptedServer
  let run: PrefectRun
  private let book: Book

  /// What the server knows of the run.
  private final class Book: Sendable {
    let id = UUID()
    let flow = UUID()
    let deployment = UUID()
    let state = Mutex<JSONObject>(["type": "PENDING", "name": "Pending"])
    /// From the first.
    let states = Mutex<[JSONValue]>([])

    func add(_ state: JSONObject) {
      self.state.withLock { $0 = state }
      states.withLock { states in
        var state = state
        state["timestamp"] = .string("2026-01-01T00:00:\(10 + states.count)Z")
        states.append(.object(state))
      }
    }
  }

  /// - Parameters:
  ///   - pull: the deployment's pull steps; nil: the run has no deployment.
  ///   - answer: to what the server shall not answer as usual; nil for what it shall.
  init(
    _ flows: [any Flow.Type], flow name: String, parameters: JSONObject = [:], pull: [JSONObject]? = nil,
    answer: @escaping @Sendable (Request) -> Answer? = { _ in nil },
    options adjust: (inout PrefectRun.Options) -> Void = { _ in }
  ) throws {
    let (book, folder) = (Book(), try TemporaryFolder())
    let server = try ScriptedServer { request in
      if let given = answer(request) { return given }
      let run = "/api/flow_runs/\(book.id.wire)"
      switch (request.method, request.target) {
      case ("GET", run):
        return .json(
          200,
          [
            "id": .string(book.id.wire), "name": "brave-run", "flow_id": .string(book.flow.wire),
            "parameters": .object(parameters), "tags": ["daily", "north"],
            "deployment_id": pull == nil ? .null : .string(book.deployment.wire),
            "state": .object(book.state.withLock { $0 }),
          ])
      case ("GET", "/api/flows/\(book.flow.wire)"):
        return .json(200, ["id": .string(book.flow.wire), "name": .string(name)])
      case ("GET", "/api/deployments/\(book.deployment.wire)"):
        return .json(
          200,
          [
            "id": .string(book.deployment.wire), "name": "nightly", "flow_id": .string(book.flow.wire),
            "pull_steps": .array((pull ?? []).map { .object($0) }), "tags": ["daily", "south"],
          ])
      case (_, "\(run)/set_state"):
        let state = request.json["state"]?.object ?? [:]
        book.add(state)
        return .json(
          201, ["status": "ACCEPT", "details": ["type": "accept_details"], "state": .object(state)])
      case ("GET", "/api/flow_run_states/?flow_run_id=\(book.id.wire)"):
        return .json(200, .array(book.states.withLock { $0 }))
      case ("PATCH", _), (_, "/api/events"): return .text(204, "")
      default: return .json(201, .null)
      }
    }
    var options = PrefectRun.Options(spoolFolder: "\(folder.path)/spool")
    options.heartbeat = nil
    adjust(&options)
    var configuration = PrefectConfiguration(apiURL: server.url)
    configuration.maxRetries = 0
    configuration.supportsCSRF = false
    let execution = FlowExecution(
      reporter: console, blocks: BlockStore([]), state: MemoryState(), cacheFolder: "\(folder.path)/cache",
      clock: clock, temporaryFolder: folder.path)
    (self.book, self.folder, self.server) = (book, folder, server)
    run = PrefectRun(
      book.id, client: PrefectClient(configuration, clock: clock), catalogue: try Catalogue(flows),
      execution: execution, options: options)
  }

  /// The types of the states that were proposed, in order.
  var proposals: [String] {
    server.calls.filter { $0.target.hasSuffix("/set_state") }.compactMap { $0.json["state"]?["type"]?.string }
  }

  /// The state that the server shows from now on.
  func become(_ type: String, _ name: String) {
    book.add(["type": .string(type), "name": .string(name)])
  }

  /// The run has paused by a key.
  func pause(_ key: String) {
    book.add(["type": "PAUSED", "name": "Paused", "state_details": ["pause_key": .string(key)]])
  }

  /// Whether the process may end with exit code 0.
  func isTold() async -> Bool {
    if case .told = await run.run() { return true }
    return false
  }

  /// The state that a request proposes; nil for every other request.
  static func proposal(_ request: Request) -> String? {
    request.target.hasSuffix("/set_state") ? request.json["state"]?["type"]?.string : nil
  }

  /// The answer to FAILED that has the run repeated, at a time in the past.
  static let retry = Answer.json(
    201,
    [
      "status": "REJECT", "details": ["type": "reject_details", "reason": "Retrying"],
      "state": [
        "type": "SCHEDULED", "name": "AwaitingRetry",
        "state_details": ["scheduled_time": "2023-11-14T00:00:00Z"],
      ],
    ])
}
