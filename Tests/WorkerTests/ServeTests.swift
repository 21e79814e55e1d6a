import Essentials
import Foundation
import HTTP
import JSON
import Logging
import PrefectAPI
import PrefectTesting
import ServiceLifecycle
import Synchronization
import Testing

@testable import Worker

@Suite("What registering a served flow changes") struct RegistrationTests {
  let flow: ServedFlow = {
    var flow = ServedFlow(flow: "stars", name: "stars-docker", schema: ["type": "object"])
    flow.parameters = ["repos": ["a/b"]]
    flow.description = "Counts stars."
    return flow
  }()

  func existing(_ more: JSONObject = [:]) throws -> Prefect.Deployment {
    var document: JSONObject = [
      "id": .string(UUID().wire), "flow_id": .string(UUID().wire), "name": "stars-docker",
      "entrypoint": "stars",
      "description": "Counts stars.", "parameters": ["repos": ["a/b"]],
      "parameter_openapi_schema": ["type": "object"],
    ]
    for (key, value) in more { document[key] = value }
    return try Prefect.Deployment(wire: .object(document))
  }

  func schedule(_ schedule: JSONValue) -> JSONObject {
    ["schedules": [["id": .string(UUID().wire), "active": true, "parameters": [:], "schedule": schedule]]]
  }

  @Test("Nothing where nothing differs: every change would delete the runs that are planned")
  func same() throws {
    #expect(Registration.update(flow, existing: try existing()) == nil)
    // Schedules that somebody set stay where none is asked for.
    #expect(Registration.update(flow, existing: try existing(schedule(["cron": "0 9 * * *"]))) == nil)
  }

  @Test("Only what differs")
  func different() throws {
    let update = Registration.update(flow, existing: try existing(["parameters": [:], "tags": ["x"]]))
    var expected = Prefect.DeploymentUpdate()
    expected.parameters = ["repos": ["a/b"]]
    expected.tags = []
    #expect(update == expected)
  }

  @Test(
    "A schedule is the same with what the server fills in, and another otherwise",
    arguments: [
      (.cron("0 9 * * *"), ["cron": "0 9 * * *", "timezone": "UTC", "day_or": true], true),
      (
        .cron("0 9 * * *", timezone: "Europe/Oslo"),
        ["cron": "0 9 * * *", "timezone": "UTC", "day_or": true], false
      ),
      (.cron("0 8 * * *"), ["cron": "0 9 * * *"], false),
      (
        .interval(seconds: 900),
        ["interval": 900.0, "anchor_date": "2026-01-01T00:00:00Z", "timezone": "UTC"], true
      ),
      (.interval(seconds: 60), ["interval": 900.0], false),
      (.rrule("FREQ=DAILY"), ["rrule": "DTSTART:20200101T000000\nFREQ=DAILY", "timezone": "UTC"], true),
      (.rrule("FREQ=WEEKLY"), ["rrule": "DTSTART:20200101T000000\nFREQ=DAILY"], false),
    ] as [(Prefect.Schedule, JSONValue, Bool)])
  func schedules(wanted: Prefect.Schedule, there: JSONValue, isSame: Bool) throws {
    var flow = flow
    flow.schedules = [Prefect.DeploymentScheduleCreate(wanted)]
    #expect((Registration.schedules(flow, existing: try existing(schedule(there))) == nil) == isSame)
  }

  @Test("Its own pause is lifted, somebody else's is not, and is not made its own")
  func pauses() throws {
    let pause = try #require(Registration.pause(try existing()))
    #expect(pause.paused == true && pause.path == .set(Registration.pauseMark))
    let own = try existing(["paused": true, "path": .string(Registration.pauseMark)])
    let lift = Registration.update(flow, existing: own)
    #expect(lift?.paused == false && lift?.path == .clear)
    // Whoever pauses or resumes it in between makes that their own.
    for paused in [true, false] {
      let adopted = ServedFlow.adoption(of: own, paused: paused)
      #expect(adopted?.paused == paused && adopted?.path == .clear)
    }
    let others = try existing(["paused": true])
    #expect(ServedFlow.adoption(of: others, paused: true) == nil)
    #expect(Registration.update(flow, existing: others) == nil)
    #expect(Registration.pause(others) == nil)
  }
}

@Suite("A process that serves flows", .timeLimit(.minutes(1))) struct ServeTests {
  private func serve(
    _ bench: LoopBench, _ body: (AnnouncedLinks) async throws -> Void
  ) async throws {
    let announced = AnnouncedLinks()
    try await bench.working(try loop(bench, announced)) { try await body(announced) }
  }

  private func loop(_ bench: LoopBench, _ announced: AnnouncedLinks = AnnouncedLinks()) throws -> FlowRunLoop
  {
    let world = try bench.world(own: ["/bin/echo", "served"])
    let source = ServedSource(
      world.client, flows: [ServedFlow(flow: "stars", name: "stars-docker", schema: ["type": "object"])],
      pausesOnStop: true, heartbeatInterval: .milliseconds(50), log: world.log
    ) { flow, _ in announced.names.withLock { $0.append("\(flow.flow)/\(flow.name)") } }
    var options = FlowRunLoop.Options(rhythm: PollRhythm(interval: .milliseconds(100)))
    options.drain = DrainPolicy(.cancel, patience: .zero)
    return FlowRunLoop(source, world: world, options: options)
  }

  private final class AnnouncedLinks: Sendable {
    let names = Mutex<[String]>([])
  }

  @Test(
    "It registers the deployment without a pool, runs its runs, pauses it at the end, and lifts that pause")
  func life() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    try await serve(bench) { announced in
      let id = bench.fake.add([:])
      #expect(await bench.fake.run(id, has: "COMPLETED") != nil)
      #expect(announced.names.withLock { $0 } == ["stars/stars-docker"])
      _ = try await eventually { bench.printed == "served\n" ? true : nil }
    }
    #expect(bench.fake.now.created.count == 1)
    #expect(bench.fake.now.created.first?["work_pool_name"] == nil)
    #expect(bench.fake.now.deployment["paused"] == true)
    try await serve(bench) { _ in await bench.fake.until { $0.deployment["paused"] == false } }
    #expect(bench.fake.now.deployment["paused"] == true)
    #expect(bench.fake.now.created.count == 1)
  }

  @Test(
    "A pause of a process that stopped later is lifted while it serves; one that somebody else made is not")
  func pausedByAnother() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    try await serve(bench) { _ in
      await bench.fake.until { $0.polls > 0 }
      // What the process before this one does as it stops.
      bench.fake.change { state in
        state.deployment["paused"] = true
        state.deployment["path"] = .string(Registration.pauseMark)
      }
      await bench.fake.until { $0.deployment["paused"] == false }
      #expect(bench.fake.now.deployment["path"] == .null)
      bench.fake.change { state in
        state.deployment["paused"] = true
        state.patches = []
      }
      let asked = bench.fake.now.deploymentReads
      await bench.fake.until { $0.deploymentReads > asked + 1 }
      #expect(bench.fake.now.deployment["paused"] == true && bench.fake.now.patches.isEmpty)
    }
  }

  @Test("A deployment that somebody paused stays so, with a warning")
  func pausedByHand() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    try await serve(bench) { _ in await bench.fake.until { $0.polls > 0 } }
    bench.fake.change { state in
      state.deployment["path"] = .null
      state.patches = []
    }
    let polls = bench.fake.now.polls
    try await serve(bench) { _ in await bench.fake.until { $0.polls > polls } }
    #expect(bench.fake.now.deployment["paused"] == true)
    #expect(bench.fake.now.patches.isEmpty)
    #expect(
      bench.lines.withLock { lines in lines.contains { $0.contains("was paused by somebody, and stays so") } }
    )
  }

  @Test("A run that waits in a process for its next attempt is not taken by another that serves it")
  func retriedElsewhere() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    let waiting = bench.fake.add([:])
    bench.fake.change { $0.runs[0].policy = ["retries": 3, "retry_type": "in_process"] }
    try await serve(bench) { _ in
      let id = bench.fake.add([:])
      #expect(await bench.fake.run(id, has: "COMPLETED") != nil)
      #expect(bench.fake.now[waiting]?.history == ["SCHEDULED"])
    }
  }

  @Test("A name that belongs to a work pool is refused, and nothing is changed")
  func ofPool() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    bench.fake.change { $0.deployment = ["name": "stars-docker", "work_pool_name": "default"] }
    let failure = try await #require(throws: Misconfiguration.self) { try await loop(bench).run() }
    #expect(
      failure.message
        == "the deployment stars/stars-docker belongs to the work pool default, whose workers run it")
    #expect(bench.fake.now.patches.isEmpty && bench.fake.now.created.isEmpty)
  }
}

@Suite("The health server", .timeLimit(.minutes(1))) struct HealthServerTests {
  @Test("It says how the worker is, what it has done, and lets itself be stopped")
  func answers() async throws {
    let figures = WorkerFigures()
    let stopped = StopMark()
    let server = HealthServer(
      address: .init(host: "127.0.0.1", port: 0), rule: .served(pollInterval: .seconds(10)), figures: figures,
      worker: "w\"1", clock: .system, shutdown: { stopped.isSet.withLock { $0 = true } })
    let ports = PortMark()
    var quiet = Logger(label: "quiet")
    quiet.logLevel = .critical
    let application = server.application { number in ports.port.withLock { $0 = number } }
    let group = ServiceGroup(configuration: .init(services: [application], logger: quiet))
    Task { try await group.run() }
    defer { Task { await group.triggerGracefulShutdown() } }
    let found = try #require(try await eventually { ports.port.withLock { $0 } })
    let client = HTTPClient(configuration: HTTPConfiguration(proxy: .none))
    func ask(_ path: String, _ method: HTTPMethod = .get) async throws -> (Int, String) {
      let answer = try await client.send(HTTPRequest(method, "http://127.0.0.1:\(found)\(path)"))
      return (answer.status, answer.text)
    }
    var request = HTTPRequest(.get, "http://127.0.0.1:\(found)/health")
    request.retry = .never
    let early = try await client.send(request)
    #expect(early.status == 503 && early.text == "{\"message\":\"Runner is unresponsive at this time\"}")
    figures.polled(at: Date())
    figures.began()
    #expect(try await ask("/health") == (200, "{\"message\":\"OK\"}"))
    #expect(try await ask("/run_count") == (200, "1"))
    let metrics = try await ask("/metrics").1
    #expect(
      metrics.contains(
        "# TYPE sluice_worker_runs_in_flight gauge\nsluice_worker_runs_in_flight{worker=\"w\\\"1\"} 1\n"))
    #expect(metrics.contains("process_resident_memory_bytes{worker=\"w\\\"1\"} "))
    #expect(try await ask("/shutdown", .post) == (200, "{\"message\":\"OK\"}"))
    #expect(stopped.isSet.withLock { $0 })
  }

  private final class StopMark: Sendable { let isSet = Mutex(false) }
  private final class PortMark: Sendable { let port = Mutex<Int?>(nil) }

  @Test("The figures, in Prometheus' text format")
  func figures() {
    let figures = WorkerFigures()
    figures.polled(at: Date(timeIntervalSince1970: 1_795_221_408.5))
    figures.pollFailed()
    figures.claimed()
    figures.began()
    figures.started(after: 0.25)
    figures.ended(
      ProcessEnding(.exited(3), usage: ProcessUsage(peakMemory: 1000, cpuSeconds: 0.5)), outcome: "CRASHED")
    let lines = figures.text(worker: "w", residentMemory: nil).split(separator: "\n").filter {
      !$0.hasPrefix("#")
    }
    #expect(
      lines == [
        "sluice_worker_info{worker=\"w\",version=\"\(SluiceVersion.text)\"} 1",
        "sluice_worker_runs_in_flight{worker=\"w\"} 0", "sluice_worker_runs_claimed_total{worker=\"w\"} 1",
        "sluice_worker_runs_started_total{worker=\"w\"} 1",
        "sluice_worker_runs_ended_total{worker=\"w\",reported=\"CRASHED\"} 1",
        "sluice_worker_start_seconds_total{worker=\"w\"} 0.25", "sluice_worker_polls_total{worker=\"w\"} 1",
        "sluice_worker_polls_failed_total{worker=\"w\"} 1",
        "sluice_worker_last_poll_timestamp_seconds{worker=\"w\"} 1795221408.5",
        "sluice_worker_runs_cpu_seconds_total{worker=\"w\"} 0.5",
        "sluice_worker_runs_peak_memory_bytes{worker=\"w\"} 1000",
      ])
  }
}
