import Foundation
import JSON
import PrefectAPI
import PrefectClient
import PrefectTesting
import Testing

@Suite(
  "What people and machines do to runs",
  .enabled(if: LiveServer.python != nil && LiveServer.isThere, "make test-prefect starts a server for this"),
  .timeLimit(.minutes(8)))
struct LiveMischiefTests {
  private let client = LiveServer.client

  /// Starts an import whose request waits at the Climate Data Store, and gives it when it does so.
  private func waitingImport(_ stage: Stage) async throws -> (run: UUID, process: Int32) {
    let deployment = try await stage.deploy(
      "dhis2_era5_climate_import", "parameters: {org_unit_level: 3, from: 2025-01, to: 2025-02}")
    let run = try await stage.run(deployment)
    let waits = try await eventually { try await stage.requestCount("POST", "/execution") > 0 ? true : nil }
    try #require(waits != nil)
    return (run, try await stage.processID(run))
  }

  /// Whether any process of a group runs still.
  private func isGone(group: Int32) async throws -> Bool {
    try await eventually(within: .seconds(5)) { kill(-group, 0) == -1 && errno == ESRCH ? true : nil } == true
  }

  @Test("A run that the prefect command cancels is cancelled within seconds, and its processes are gone")
  func cancelled() async throws {
    try await Stage.with { stage in
      try await stage.startSandbox("--queue-time", "600")
      _ = try stage.worker()
      let (run, process) = try await waitingImport(stage)
      let said = try await LiveServer.runPrefect("flow-run", "cancel", run.wire)
      #expect(said.contains("successfully scheduled for cancellation"), "\(said)")
      try await stage.reached(.cancelled, run)
      let states = try await client.flowRunStates(run)
      #expect(states.map(\.displayName).suffix(3) == ["Running", "Cancelling", "Cancelled"])
      let moments = states.suffix(2).compactMap(\.timestamp)
      try #require(moments.count == 2)
      #expect(moments[1].timeIntervalSince(moments[0]) < 5)
      #expect(try await isGone(group: process))
    }
  }

  @Test("A run whose process is killed is Crashed within five seconds, with the signal, and can be retried")
  func killed() async throws {
    try await Stage.with { stage in
      try await stage.startSandbox("--queue-time", "8")
      _ = try stage.worker()
      let (run, process) = try await waitingImport(stage)
      let moment = Date()
      kill(process, SIGKILL)
      let state = try await stage.reached(.crashed, run)
      #expect(try #require(state.timestamp).timeIntervalSince(moment) < 5)
      #expect(state.message?.contains("signal 9 (SIGKILL)") == true, "\(state.message ?? "")")
      #expect(try await isGone(group: process))

      try await stage.sluice("flow-run", "retry", run.wire)
      let ended = try await stage.completed(run)
      #expect(ended.runCount == 2)
      // The request that waited was gone on with: none was handed in again.
      #expect(try await stage.requestCount("POST", "/execution") == 1)
      let receipt = try stage.result(ended)
      #expect(try await stage.dataValueCount() == receipt["values"]?["created"]?.integer)
    }
  }

  @Test("A run that failed is done again by prefect flow-run retry, once what it lacked is there")
  func retried() async throws {
    try await Stage.with { stage in
      _ = try stage.worker()
      let home = stage.home.path
      let deployment = try await stage.deploy(
        "json_filter", "parameters: {data_path: \(home)/in.json, output_path: \(home)/out.json}")
      let run = try await stage.run(deployment)
      let failed = try await stage.reached(.failed, run)
      #expect(failed.message?.contains("\(home)/in.json") == true, "\(failed.message ?? "")")
      try stage.home.write("in.json", #"[{"active": true}]"#)
      _ = try await LiveServer.runPrefect("flow-run", "retry", run.wire)
      #expect(try await stage.completed(run).runCount == 2)
      #expect(stage.home.has("out.json"))
    }
  }

  @Test("A worker that is killed leaves its run alone; the next one takes it up, and nothing runs twice")
  func killedWorker() async throws {
    try await Stage.with { stage in
      try await stage.startSandbox("--queue-time", "15")
      let first = try stage.worker()
      let (run, process) = try await waitingImport(stage)
      first.send(SIGKILL)
      await first.ended()
      let second = try stage.worker()
      _ = try await eventually { second.errors.contains("taken up: process \(process)") ? true : nil }
      #expect(second.errors.contains("taken up: process \(process)"), "\(second.errors)")
      let ended = try await stage.completed(run)
      #expect(ended.runCount == 1)
      #expect(try await stage.states(run) == ["Scheduled", "Pending", "Running", "Completed"])
      #expect(try await stage.requestCount("POST", "/execution") == 1)
      let receipt = try stage.result(ended)
      #expect(try await stage.dataValueCount() == receipt["values"]?["created"]?.integer)
      #expect(receipt["values"]?["updated"] == 0 && receipt["values"]?["unchanged"] == 0)
      #expect(try await isGone(group: process))
    }
  }

  @Test("Runs of a schedule, and one for a near moment, start by themselves at their time")
  func scheduled() async throws {
    try await Stage.with { stage in
      _ = try stage.worker()
      let home = stage.home.path
      try stage.home.write("in.json", #"[{"active": true}]"#)
      let deployment = try await stage.deploy(
        "json_filter", "parameters: {data_path: \(home)/in.json, output_path: \(home)/out.json}",
        "schedules: [{interval: 4, slug: often}]")
      let later = try await stage.run(deployment, "--in", "3s")
      let ended = try await stage.completed(later)
      func isPunctual(_ run: Prefect.FlowRun) -> Bool {
        guard let start = run.startTime, let wanted = run.expectedStartTime else { return false }
        return start >= wanted
      }
      #expect(isPunctual(ended) && !ended.autoScheduled)
      var filters = Prefect.Filters()
      filters.flowRuns = Prefect.FlowRunFilter()
      filters.flowRuns?.deploymentID = .any(try #require(ended.deploymentID))
      filters.flowRuns?.state = Prefect.StateFilter(type: .any(.completed))
      let runs = try await eventually(within: .seconds(120), every: .milliseconds(500)) {
        let runs = try await client.flowRuns(filters).filter(\.autoScheduled)
        return runs.count >= 2 ? runs : nil
      }
      #expect(runs?.allSatisfy(isPunctual) == true)
      try await stage.sluice("deployment", "schedule", "pause", deployment, "often")
    }
  }

  @Test("While the API is away for a minute runs go on and end, and everything arrives when it is back")
  func away() async throws {
    try await Stage.with { stage in
      let way = try BreakableWay(to: LiveServer.apiURL ?? "")
      defer { way.stop() }
      let program = RunningProgram.built("runner-test-flows")
      let worker = try stage.worker(program: program, apiURL: way.apiURL)
      let flow = try await client.createFlow(Prefect.FlowCreate(name: "sleeper"))
      _ = try await eventually { try await client.workPool(stage.pool) }
      var create = Prefect.DeploymentCreate(name: stage.pool, flowID: flow.id)
      create.workPoolName = stage.pool
      let deployment = try await client.createDeployment(create).id
      // One ends in the gap, the other goes on beyond it.
      let lengths = [25, 75]
      var runs: [UUID] = []
      for seconds in lengths {
        let given = Prefect.DeploymentFlowRunCreate(parameters: ["seconds": .integer(seconds)])
        runs.append(try await client.createFlowRun(deployment: deployment, given).id)
      }
      for run in runs { _ = try await LiveServer.tasks(run, atLeast: 1) }
      way.isBroken = true
      let gap = Date()
      // The gap is what is tested, and the programs on both its sides are on the time of the machine.
      try await Task.sleep(for: .seconds(60))
      for run in runs { #expect(try await client.flowRun(run).stateType == .running) }
      way.isBroken = false
      for (run, seconds) in zip(runs, lengths) {
        let ended = try await stage.completed(run)
        #expect(ended.runCount == 1)
        #expect(try await stage.states(run) == ["Scheduled", "Pending", "Running", "Completed"])
        #expect(try #require(ended.endTime).timeIntervalSince(gap) > 59)
        // The last lines may come a moment after the state.
        let lines =
          try await eventually(within: .seconds(60), every: .milliseconds(500)) { () -> [Prefect.Log]? in
            let lines = try await LiveServer.logs(run).filter { $0.message.hasPrefix("second") }
            return lines.count >= seconds ? lines : nil
          } ?? []
        #expect(lines.map(\.message) == (0..<seconds).map { "second \($0)" })
        // Told later, with the time at which it was.
        #expect(lines.contains { (10..<50).contains($0.timestamp.timeIntervalSince(gap)) } == true)
        let task = try await eventually {
          let task = try await LiveServer.tasks(run, atLeast: 1).first
          return task?.stateName == "Completed" ? task : nil
        }
        #expect(try #require(task?.totalRunTime) > Double(seconds) - 1)
      }
      #expect(worker.errors.contains("the API is back"), "\(worker.errors)")
    }
  }
}
