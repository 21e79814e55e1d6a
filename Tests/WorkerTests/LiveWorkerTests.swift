import Essentials
import Foundation
import JSON
import PrefectAPI
import PrefectClient
import PrefectTesting
import Synchronization
import Testing

@testable import Worker

/// A worker on a real Prefect server that scripts/test-prefect has started.
private final class LiveBench: Sendable {
  let client = LiveServer.client
  let folder: String
  let pool = "pool-\(UUID().wire.prefix(8))"
  let output = Mutex("")
  let figures = WorkerFigures()

  init() throws {
    folder = try Example.folder()
    // What a program of any language does: it proposes the states of its run by the API.
    let script = """
      set_state() {
        token=$(curl -s ${AUTH:+-u "$AUTH"} "$PREFECT_API_URL/csrf-token?client=$PREFECT__FLOW_RUN_ID" \
          | sed -n 's/.*"token":"\\([0-9a-f]*\\)".*/\\1/p')
        for attempt in 1 2 3 4 5 6 7 8; do
          curl -sf ${AUTH:+-u "$AUTH"} -X POST "$PREFECT_API_URL/flow_runs/$PREFECT__FLOW_RUN_ID/set_state" \
            -H 'Content-Type: application/json' -H "Prefect-Csrf-Token: $token" \
            -H "Prefect-Csrf-Client: $PREFECT__FLOW_RUN_ID" -d "{\\"state\\":{\\"type\\":\\"$1\\"}}" -o /dev/null && return
          sleep 0.3
        done
      }
      set_state RUNNING
      echo running
      eval "$1"
      set_state COMPLETED
      """
    try script.write(toFile: "\(folder)/flow.sh", atomically: true, encoding: .utf8)
  }

  func close() { try? FileManager.default.removeItem(atPath: folder) }

  var printed: String { output.withLock { $0 } }

  func loop(limit: Int? = nil, drain: DrainPolicy = DrainPolicy(.cancel, patience: .zero)) throws
    -> FlowRunLoop
  {
    var environment = ProcessInfo.processInfo.environment
    environment["no_proxy"] = "127.0.0.1,localhost"
    environment["AUTH"] = LiveServer.authString
    var settings = ["PREFECT_API_URL": LiveServer.apiURL ?? ""]
    settings["PREFECT_API_AUTH_STRING"] = LiveServer.authString
    let world = RunWorld(
      client: client, journal: try RunJournal(folder: "\(folder)/runs", name: pool, log: .silent),
      figures: figures,
      clock: .system, log: .silent,
      output: { bytes in self.output.withLock { $0 += String(decoding: bytes, as: UTF8.self) } },
      worker: pool,
      ownCommand: ["/bin/false"], environment: environment, settings: settings, killGrace: .seconds(1))
    let source = PoolSource(
      client, pool: pool, queues: [], worker: pool, createsPool: true, heartbeatInterval: .seconds(30),
      log: .silent)
    var options = FlowRunLoop.Options(
      limit: limit, rhythm: PollRhythm(interval: .milliseconds(500)), drain: drain)
    options.cancelInterval = .milliseconds(500)
    return FlowRunLoop(source, world: world, options: options)
  }

  /// A deployment of a script on the pool, which the worker has made.
  func deployment(_ script: String, _ more: JSONObject = [:], schedule: Prefect.Schedule? = nil) async throws
    -> UUID
  {
    _ = try await eventually { try await client.workPool(pool) }
    let flow = try await client.createFlow(Prefect.FlowCreate(name: "flow-\(UUID().wire.prefix(8))"))
    var create = Prefect.DeploymentCreate(name: "d", flowID: flow.id)
    create.workPoolName = pool
    create.jobVariables = ["command": .string("/bin/sh \(folder)/flow.sh '\(script)'")]
    for (key, value) in more { create.jobVariables[key] = value }
    if let schedule { create.schedules = [Prefect.DeploymentScheduleCreate(schedule)] }
    return try await client.createDeployment(create).id
  }

  func run(_ deployment: UUID) async throws -> UUID {
    try await client.createFlowRun(deployment: deployment, Prefect.DeploymentFlowRunCreate()).id
  }

  /// The state of a run as soon as it is of a type.
  func state(_ id: UUID, _ type: Prefect.StateType) async throws -> Prefect.State {
    let state = try await eventually {
      let state = try await client.flowRun(id).state
      return state?.type == type ? state : nil
    }
    return try #require(state, "it did not become \(type)")
  }

  func working(_ loop: FlowRunLoop, _ body: () async throws -> Void) async throws {
    let task = Task { try await loop.run() }
    do { try await body() } catch {
      await loop.stop()
      _ = await task.result
      throw error
    }
    await loop.stop()
    try await task.value
  }
}

@Suite(
  "A worker on a real Prefect server", .enabled(if: LiveServer.isThere), .serialized,
  .timeLimit(.minutes(8)))
struct LiveWorkerTests {
  @Test("It makes its pool, is online there, and runs what is due")
  func completes() async throws {
    let bench = try LiveBench()
    defer { bench.close() }
    try await bench.working(try bench.loop()) {
      let gate = try Gate(in: bench.folder)
      let id = try await bench.run(
        try await bench.deployment("\(gate.wait); echo done"))
      let named = try await eventually {
        let run = try await bench.client.flowRun(id)
        return run.labels["prefect.worker.name"] == nil ? nil : run
      }
      #expect(named?.labels["prefect.worker.name"] == .string(bench.pool))
      #expect(named?.infrastructurePid.flatMap { Int($0) } != nil)
      gate.open()
      _ = try await bench.state(id, .completed)
      #expect(try await bench.client.flowRun(id).runCount == 1)
      let states = try await bench.client.flowRunStates(id).map(\.displayName)
      #expect(states == ["Scheduled", "Pending", "Running", "Completed"])
      let workers = try await eventually {
        let workers = try await bench.client.workers(pool: bench.pool)
        return workers.isEmpty ? nil : workers
      }
      #expect(workers?.map(\.name) == [bench.pool] && workers?.first?.status == .online)
      #expect(try await bench.client.workPool(bench.pool)?.baseJobTemplate == JobTemplate.process)
      _ = try await eventually { bench.printed == "running\ndone\n" ? true : nil }
      #expect(bench.printed == "running\ndone\n")
    }
  }

  @Test("A schedule's runs come by themselves")
  func scheduled() async throws {
    let bench = try LiveBench()
    defer { bench.close() }
    try await bench.working(try bench.loop()) {
      let id = try await bench.deployment("true", schedule: .interval(seconds: 2))
      var filters = Prefect.Filters()
      filters.deployments = Prefect.DeploymentFilter()
      filters.deployments?.id = .any(id)
      filters.flowRuns = Prefect.FlowRunFilter()
      filters.flowRuns?.state = Prefect.StateFilter(type: .any(.completed))
      let runs = try await eventually {
        let runs = try await bench.client.flowRuns(filters)
        return runs.count >= 2 ? runs : nil
      }
      #expect(runs?.allSatisfy(\.autoScheduled) == true)
      // Not before their time.
      #expect(
        runs?.allSatisfy { ($0.startTime ?? .distantPast) >= ($0.expectedStartTime ?? .distantFuture) }
          == true)
      try await bench.client.deleteDeployment(id)
    }
  }

  @Test("The limits of the pool and of the worker hold")
  func limits() async throws {
    let bench = try LiveBench()
    defer { bench.close() }
    try await bench.working(try bench.loop(limit: 2)) {
      let gate = try Gate(in: bench.folder)
      let deployment = try await bench.deployment(gate.wait)
      var ids: [UUID] = []
      for _ in 0..<3 { ids.append(try await bench.run(deployment)) }
      let running = try await eventually { () async throws -> [UUID]? in
        var running: [UUID] = []
        for id in ids where try await bench.client.flowRun(id).stateType == .running { running.append(id) }
        return running.count == 2 ? running : nil
      }
      let third = try #require(ids.first { running?.contains($0) == false })
      #expect(try await bench.client.flowRun(third).stateType == .scheduled)
      gate.open(for: ids.count)
      for id in ids { _ = try await bench.state(id, .completed) }
    }
  }

  @Test("A run that somebody cancels ends, and is cancelled; one that does not hear SIGTERM too")
  func cancel() async throws {
    let bench = try LiveBench()
    defer { bench.close() }
    try await bench.working(try bench.loop()) {
      for script in [endless, "trap \"\" TERM; \(try Gate(in: bench.folder).wait)"] {
        let id = try await bench.run(try await bench.deployment(script))
        _ = try await bench.state(id, .running)
        _ = try await bench.client.setFlowRunState(id, Prefect.StateCreate(.cancelling))
        #expect(try await bench.state(id, .cancelled).message == "Flow run was cancelled successfully.")
      }
    }
  }

  @Test(
    "A run that waits in a process for its next attempt is not taken by another that serves its deployment")
  func retriedElsewhere() async throws {
    let client = LiveServer.client
    let flow = ServedFlow(flow: LiveServer.unique("flow"), name: "served", schema: ["type": "object"])
    let deployments = Mutex<[UUID]>([])
    let source = ServedSource(client, flows: [flow], pausesOnStop: false, log: .silent) { _, deployment in
      deployments.withLock { $0.append(deployment.id) }
    }
    try await source.prepare()
    let id = try #require(deployments.withLock { $0.first })
    var create = Prefect.DeploymentFlowRunCreate()
    create.empiricalPolicy = Prefect.FlowRunPolicy(retries: 1, retryDelay: 0)
    let run = try await client.createFlowRun(deployment: id, create).id
    let soon = Date().addingTimeInterval(60)
    #expect(try await source.runs(before: soon, limit: 10).map(\.id) == [run])
    for type in [Prefect.StateType.pending, .running, .failed] {
      _ = try await client.setFlowRunState(run, Prefect.StateCreate(type))
    }
    #expect(
      try await client.scheduledFlowRuns(ofDeployments: [id], before: soon, limit: 10).map(\.id) == [run])
    #expect(try await source.runs(before: soon, limit: 10).isEmpty)
  }

  @Test("A run whose deployment is gone is cancelled")
  func deploymentGone() async throws {
    let bench = try LiveBench()
    defer { bench.close() }
    try await bench.working(try bench.loop()) {
      let deployment = try await bench.deployment("true")
      // Of those of a deployment that is deleted the server keeps the runs that are not scheduled any more.
      let id = try await bench.run(deployment)
      _ = try await bench.state(id, .completed)
      try await bench.client.deleteDeployment(deployment)
      _ = try await bench.client.setFlowRunState(id, Prefect.StateCreate(.scheduled), force: true)
      _ = try await bench.state(id, .cancelled)
    }
  }

  @Test("A process that is killed is a crash within five seconds")
  func killed() async throws {
    let bench = try LiveBench()
    defer { bench.close() }
    try await bench.working(try bench.loop()) {
      let id = try await bench.run(try await bench.deployment("echo the last words; \(endless)"))
      _ = try await bench.state(id, .running)
      let pid = try #require(try await eventually { try await bench.client.flowRun(id).infrastructurePid })
      let begin = ContinuousClock.now
      kill(try #require(Int32(pid)), SIGKILL)
      let state = try await bench.state(id, .crashed)
      #expect(ContinuousClock.now - begin < .seconds(5))
      #expect(state.message?.hasPrefix("The process was ended by signal 9 (SIGKILL)") == true)
      var filter = Prefect.LogFilter()
      filter.flowRunID = .any(id)
      let logs = try await bench.client.logs(filter)
      #expect(logs.contains { $0.message.hasSuffix("running\nthe last words") })
    }
  }

  @Test("A plain command completes its run by its exit code")
  func plain() async throws {
    let bench = try LiveBench()
    defer { bench.close() }
    try await bench.working(try bench.loop()) {
      let good = try await bench.run(try await bench.deployment("", ["command": "/bin/sh -c true"]))
      #expect(try await bench.state(good, .completed).message?.contains("exit code 0") == true)
      let bad = try await bench.run(try await bench.deployment("", ["command": "/bin/sh -c \"exit 3\""]))
      #expect(try await bench.state(bad, .crashed).message?.contains("exit code 3") == true)
    }
  }

  @Test("A run that is requeued when the worker stops is done by the next one")
  func requeue() async throws {
    let bench = try LiveBench()
    defer { bench.close() }
    var id: UUID?
    try await bench.working(try bench.loop(drain: DrainPolicy(.requeue, patience: .zero))) {
      let mark = "\(bench.folder)/again"
      let run = try await bench.run(
        try await bench.deployment("[ -e \(mark) ] || { touch \(mark); \(endless); }"))
      _ = try await bench.state(run, .running)
      id = run
    }
    let run = try #require(id)
    #expect(try await bench.client.flowRun(run).stateType == .scheduled)
    try await bench.working(try bench.loop()) { _ = try await bench.state(run, .completed) }
    #expect(try await bench.client.flowRun(run).runCount == 2)
  }

  @Test(
    "A run that its process has repeated is found by the next worker, in whatever state its process leaves it",
    arguments: ["", "trap \"set_state CANCELLED; exit 0\" TERM; "])
  func requeueRepeated(trap: String) async throws {
    let bench = try LiveBench()
    defer { bench.close() }
    var id: UUID?
    let drain = DrainPolicy(.requeue, patience: .zero, killGrace: .seconds(20))
    try await bench.working(try bench.loop(drain: drain)) {
      let mark = "\(bench.folder)/again"
      let deployment = try await bench.deployment(
        "[ -e \(mark) ] || { touch \(mark); \(trap)set_state FAILED; sleep 1; set_state RUNNING; echo repeated; \(endless); }"
      )
      var create = Prefect.DeploymentFlowRunCreate()
      create.empiricalPolicy = Prefect.FlowRunPolicy(retries: 3, retryDelay: 0)
      let run = try await bench.client.createFlowRun(deployment: deployment, create).id
      _ = try await eventually { bench.printed.contains("repeated") ? true : nil }
      let repeated = try await bench.client.flowRun(run)
      #expect(repeated.policy.isRetriedInProcess && repeated.runCount == 2)
      id = run
    }
    let run = try #require(id)
    let waiting = try await bench.client.flowRun(run)
    #expect(waiting.stateType == .scheduled && !waiting.policy.remembersAttempt)
    #expect(waiting.policy.retries == 3)
    try await bench.working(try bench.loop()) { _ = try await bench.state(run, .completed) }
  }

  @Test(
    "A Python flow runs by its own command",
    .enabled(if: LiveServer.python != nil)
  )
  func python() async throws {
    let bench = try LiveBench()
    defer { bench.close() }
    let source = """
      from prefect import flow
      @flow(log_prints=True)
      def hello(name: str = "x"):
          print("hello", name)
          return 1
      """
    try source.write(toFile: "\(bench.folder)/hello.py", atomically: true, encoding: .utf8)
    let python = try #require(LiveServer.python)
    try await bench.working(try bench.loop()) {
      _ = try await eventually { try await bench.client.workPool(bench.pool) }
      let flow = try await bench.client.createFlow(Prefect.FlowCreate(name: "hello"))
      var create = Prefect.DeploymentCreate(name: bench.pool, flowID: flow.id)
      create.workPoolName = bench.pool
      create.entrypoint = "hello.py:hello"
      create.path = bench.folder
      create.parameters = ["name": "world"]
      create.jobVariables = [
        "command": .string("\(python) -m prefect.engine"), "working_dir": .string(bench.folder),
        "env": ["PREFECT_HOME": .string(bench.folder)],
      ]
      create.pullSteps = [
        ["prefect.deployments.steps.set_working_directory": ["directory": .string(bench.folder)]]
      ]
      let deployment = try await bench.client.createDeployment(create).id
      let id = try await bench.run(deployment)
      _ = try await bench.state(id, .completed)
      _ = try await eventually { bench.printed.contains("hello world") ? true : nil }
      #expect(bench.printed.contains("hello world"))
    }
  }
}
