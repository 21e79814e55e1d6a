import Essentials
import FlowKitTesting
import Foundation
import HTTP
import JSON
import PrefectAPI
import PrefectClient
import PrefectTesting
import Synchronization
import Testing

@testable import FlowKit
@testable import Runner

@Suite("Sending what a run has to tell") struct ReportSenderTests {
  private func client(_ url: String, _ clock: any WallClock) -> PrefectClient {
    var configuration = PrefectConfiguration(apiURL: url)
    configuration.maxRetries = 0
    configuration.supportsCSRF = false
    return PrefectClient(configuration, clock: clock)
  }

  @Test("What the server cannot take now stays, and goes when it can, once")
  func away() async throws {
    let bench = try ReportBench()
    let server = try ScriptedServer(
      .text(503, ""), .text(500, ""), .json(200, []), .json(201, .null))
    let warnings = Warnings()
    let sender = ReportSender(
      client(server.url, bench.clock), outbox: bench.outbox, clock: bench.clock, warn: warnings.add)
    bench.line("one")
    await #expect(throws: PrefectFailure.self) { try await sender.sendAll() }
    bench.line("two")
    await #expect(throws: PrefectFailure.self) { try await sender.sendAll() }
    #expect(!bench.outbox.isEmpty)
    try await sender.sendAll()
    #expect(bench.outbox.isEmpty)
    // Whether lines arrived before an error of the server is looked up.
    #expect(server.calls.map { $0.json.array?.count } == [1, 2, nil, 2])
    try await sender.sendAll()
    #expect(server.calls.count == 4)
  }

  @Test("One report that the server refuses does not take the others along")
  func refused() async throws {
    let bench = try ReportBench()
    let server = try ScriptedServer { request in
      let isBad = request.json.array?.contains { $0["message"] == "bad" } ?? false
      return isBad ? .json(422, ["detail": "no"]) : .json(201, .null)
    }
    let warnings = Warnings()
    let sender = ReportSender(
      client(server.url, bench.clock), outbox: bench.outbox, clock: bench.clock, warn: warnings.add)
    for text in ["a", "b", "bad", "c", "d"] { bench.line(text) }
    try await sender.sendAll()
    let arrived = server.calls.filter { call in
      !(call.json.array?.contains { $0["message"] == "bad" } ?? true)
    }
    .flatMap { $0.json.array ?? [] }.compactMap { $0["message"]?.string }
    #expect(arrived.sorted() == ["a", "b", "c", "d"])
    #expect(warnings.all.count == 1)
    #expect(warnings.all[0].contains("refused one of the log lines"))
  }

  @Test("Lines whose answer was lost are sent again only where the server does not have them")
  func lostAnswer() async throws {
    let bench = try ReportBench()
    let kept = Mutex<[JSONValue]>([])
    let server = try ScriptedServer { request in
      switch request.target {
      case "/api/logs/filter":
        return .json(
          200,
          .array(
            kept.withLock { $0 }.map { line in
              var document = line.object ?? [:]
              document["id"] = .string(UUID().wire)
              return .object(document)
            }))
      default:
        let lines = request.json.array ?? []
        // The first request is carried out in part, and nobody learns of it.
        let isFirst = kept.withLock { $0.isEmpty }
        kept.withLock { $0 += isFirst ? Array(lines.prefix(2)) : lines }
        return isFirst ? .json(502, .null) : .json(201, .null)
      }
    }
    let sender = ReportSender(
      client(server.url, bench.clock), outbox: bench.outbox, clock: bench.clock, warn: { _ in })
    for text in ["a", "b", "b", "c"] { bench.line(text) }
    await #expect(throws: PrefectFailure.self) { try await sender.sendAll() }
    bench.line("d")
    try await sender.sendAll()
    #expect(kept.withLock { $0 }.compactMap { $0["message"]?.string } == ["a", "b", "b", "c", "d"])
    // From then on nothing is looked up.
    bench.line("e")
    try await sender.sendAll()
    #expect(server.calls.count { $0.target == "/api/logs/filter" } == 1)
  }

  @Test("Lines that a killed process left are looked up before they are sent")
  func leftBehind() async throws {
    let folder = try TemporaryFolder()
    let clock = ManualClock()
    func outbox() -> ReportOutbox { ReportOutbox(folder: folder.path, clock: clock) }
    func line(_ text: String) -> Prefect.LogCreate {
      Prefect.LogCreate(
        name: "flow", level: .info, message: text, timestamp: clock.now(), flowRunID: UUID())
    }
    let killed = outbox()
    killed.log(line("one"))
    killed.closeFiles()
    let server = try ScriptedServer { request in
      request.target == "/api/logs/filter" ? .json(200, []) : .json(201, .null)
    }
    let next = outbox()
    next.log(line("two"))
    let sender = ReportSender(client(server.url, clock), outbox: next, clock: clock, warn: { _ in })
    try await sender.sendAll()
    #expect(server.calls.map(\.target) == ["/api/logs/filter", "/api/logs/"])
    #expect(
      server.calls.dropFirst().flatMap { $0.json.array ?? [] }.map { $0["message"]?.string } == [
        "one", "two",
      ])
  }

  @Test("While it runs it sends when the time has come, and ends when the outbox is closed")
  func loop() async throws {
    let bench = try ReportBench()
    let server = try ScriptedServer(.json(201, .null))
    let sender = ReportSender(
      client(server.url, bench.clock), outbox: bench.outbox, clock: bench.clock, warn: { _ in })
    let loop = Task { await sender.run() }
    bench.line("one")
    while server.calls.isEmpty {
      bench.clock.advance(by: .seconds(1))
      await Task.yield()
    }
    bench.outbox.close()
    await loop.value
    #expect(server.calls.map(\.target) == ["/api/logs/"])
  }

  @Test("A sub-flow is a run of its own at the server, and its reports go there")
  func subflow() async throws {
    let bench = try ReportBench()
    let (flow, task, run) = (UUID(), UUID(), UUID())
    let server = try ScriptedServer { request in
      switch request.target {
      case "/api/flows/": .json(201, ["id": .string(flow.wire), "name": "inner"])
      case "/api/task_runs/":
        .json(201, ["id": .string(task.wire), "name": "inner", "task_key": "inner", "dynamic_key": "0"])
      case "/api/flow_runs/":
        .json(201, ["id": .string(run.wire), "name": "inner-run", "flow_id": .string(flow.wire)])
      case "/api/flow_runs/\(run.wire)/set_state":
        .json(
          201,
          [
            "status": "ACCEPT", "details": ["type": "accept_details"],
            "state": ["type": request.json["state"]?["type"] ?? "RUNNING"],
          ])
      default: .json(201, .null)
      }
    }
    let sender = ReportSender(
      client(server.url, bench.clock), outbox: bench.outbox, clock: bench.clock, warn: { _ in })
    let id = UUID()
    let inner = bench.reporter.reporter(forSubflow: id, flow: "inner", parameters: ["n": 1])
    inner.log(Log.Line(level: .info, label: "inner", message: "within"), at: bench.clock.now())
    bench.reporter.subflowFinished(id, Rejection("no"))
    try await sender.sendAll()
    let states = server.calls.filter { $0.target.hasSuffix("set_state") }.map { $0.json["state"] }
    #expect(states.map { $0?["type"] } == ["RUNNING", "FAILED"])
    #expect(states.last??["name"] == "Rejected")
    #expect(server.calls.last?.json[0]?["flow_run_id"]?.string == run.wire)
    let created = server.calls.first { $0.target == "/api/flow_runs/" }?.json
    #expect(created?["parent_task_run_id"]?.string == task.wire)
    #expect(created?["parameters"] == ["n": 1])
  }

  @Test(
    "A sub-flow that the server refuses leaves its reports to the run around it, and that run's state alone")
  func refusedSubflow() async throws {
    let bench = try ReportBench()
    let server = try ScriptedServer { request in
      switch request.target {
      case "/api/flows/": .json(201, ["id": .string(UUID().wire), "name": "inner"])
      case "/api/task_runs/":
        .json(
          201, ["id": .string(UUID().wire), "name": "inner", "task_key": "inner", "dynamic_key": "0"])
      case "/api/flow_runs/": .json(422, ["detail": "Flow run parameters are too large."])
      default: .json(201, .null)
      }
    }
    let warnings = Warnings()
    let sender = ReportSender(
      client(server.url, bench.clock), outbox: bench.outbox, clock: bench.clock, warn: warnings.add)
    let id = UUID()
    let inner = bench.reporter.reporter(forSubflow: id, flow: "inner", parameters: ["n": 1])
    inner.log(Log.Line(level: .info, label: "inner", message: "within"), at: bench.clock.now())
    bench.reporter.subflowFinished(id, nil)
    try await sender.sendAll()
    #expect(!server.calls.contains { $0.target.hasSuffix("set_state") })
    #expect(server.calls.last?.json[0]?["flow_run_id"]?.string == bench.run.wire)
    #expect(warnings.all.count == 1)
  }

  @Test(
    "An address that is not there, as a proxy has it for a while, keeps reports; a run that is gone does not",
    arguments: [
      (ScriptedServer.Answer.text(404, "<html>no such page</html>"), true),
      (.json(404, ["detail": "Not Found"]), true),
      (.json(404, ["detail": "Flow run not found"]), false),
    ])
  func missingAddress(answer: ScriptedServer.Answer, isKept: Bool) async throws {
    let bench = try ReportBench()
    let server = try ScriptedServer(answer)
    let warnings = Warnings()
    let sender = ReportSender(
      client(server.url, bench.clock), outbox: bench.outbox, clock: bench.clock, warn: warnings.add)
    bench.line("one")
    try? await sender.sendAll()
    #expect(bench.outbox.isEmpty == !isKept)
    #expect(warnings.all.isEmpty == isKept)
  }

  @Test(
    "The key of a progress is made of its name",
    arguments: [
      ("Download of ERA5", "download-of-era5"), ("a__b--c", "a-b-c"), ("übung", "bung"), ("¡", "work"),
    ])
  func keys(name: String, key: String) {
    #expect(ReportSender.key(name) == key)
  }
}

/// Keeps warnings.
final class Warnings: Sendable {
  private let texts = Mutex<[String]>([])
  var all: [String] { texts.withLock { $0 } }
  @Sendable func add(_ text: String) { texts.withLock { $0.append(text) } }
}
