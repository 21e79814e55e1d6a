import Essentials
import Foundation
import JSON
import PrefectAPI
import PrefectTesting
import Testing

@testable import PrefectClient

@Suite(
  "Runs, on a real Prefect server",
  .enabled(if: LiveServer.isThere, "make test-prefect starts a server for this"), .serialized)
struct LiveRunTests {
  let client = LiveServer.client

  @Test("The server is well and of the version that the types describe")
  func versions() async throws {
    try await client.health()
    #expect(try await client.serverVersion() == Prefect.version)
    #expect(try await client.apiVersion() == Prefect.apiVersion)
    let workers = try await client.workerMetadata()
    #expect(workers["prefect"]?["process"]?["default_base_job_configuration"]?["variables"] != nil)
  }

  @Test("A flow is registered once, and found by name and id")
  func flows() async throws {
    let name = LiveServer.unique("flow with Ümlaut")
    let flow = try await client.createFlow(
      Prefect.FlowCreate(name: name, tags: ["a"], labels: ["kind": "test"]))
    #expect(try await client.createFlow(Prefect.FlowCreate(name: name)).id == flow.id)
    #expect(try await client.flow(named: name)?.id == flow.id)
    #expect(try await client.flow(flow.id).tags == ["a"])
    #expect(try await client.flow(named: LiveServer.unique("none")) == nil)
    var filters = Prefect.Filters()
    filters.flows = Prefect.FlowFilter()
    filters.flows?.name = .like(String(name.suffix(8)))
    #expect(try await client.flows(filters).map(\.id) == [flow.id])
    try await client.deleteFlow(flow.id)
    #expect(try await client.flow(named: name) == nil)
  }

  @Test("A run goes from a deployment through its states to its result")
  func life() async throws {
    let (deployment, pool) = try await LiveServer.deployment {
      $0.parameters = ["region": "NO", "n": 3]
      $0.tags = ["deployed"]
    }
    var create = Prefect.DeploymentFlowRunCreate(parameters: ["n": 4])
    create.tags = ["by-hand"]
    create.idempotencyKey = "once"
    let run = try await client.createFlowRun(deployment: deployment.id, create)
    #expect(try await client.createFlowRun(deployment: deployment.id, create).id == run.id)
    #expect(run.parameters == ["region": "NO", "n": 4])
    #expect(Set(run.tags) == ["deployed", "by-hand"])
    #expect(run.state?.type == .scheduled)
    #expect(run.workPoolName == pool)

    let due = try await client.scheduledFlowRuns(pool: pool, before: Date(timeIntervalSinceNow: 10))
    #expect(due.map(\.flowRun.id) == [run.id])
    let pending = try await client.setFlowRunState(run.id, Prefect.StateCreate(.pending))
    #expect(pending.status == .accept)
    let submitting = Prefect.StateCreate(.pending, name: Prefect.StateName.submitting)
    #expect(try await client.setFlowRunState(run.id, submitting).state?.name == "Submitting")
    var update = Prefect.FlowRunUpdate()
    update.infrastructurePid = "4711"
    update.empiricalPolicy = Prefect.FlowRunPolicy(retries: 1, retryDelay: 0)
    try await client.updateFlowRun(run.id, update)
    try await client.updateFlowRunLabels(run.id, ["worker": "test"])
    #expect(try await client.setFlowRunState(run.id, Prefect.StateCreate(.running)).state?.type == .running)

    // The server decides that it is to be run again, and says when.
    let failed = Prefect.StateCreate(.failed, message: "first time")
    let retry = try await client.setFlowRunState(run.id, failed)
    #expect(retry.status == .reject)
    #expect(retry.state?.name == Prefect.StateName.awaitingRetry)
    #expect(retry.state?.details.scheduledTime != nil)
    #expect(try await client.setFlowRunState(run.id, Prefect.StateCreate(.running)).status == .accept)

    let result = Prefect.ResultRecordMetadata(storageKey: "results/1.json")
    var completed = Prefect.StateCreate(.completed, message: "done", data: try result.wireDocument())
    completed.stateDetails.untrackableResult = false
    #expect(try await client.setFlowRunState(run.id, completed).status == .accept)
    let end = try await client.flowRun(run.id)
    #expect(end.state?.type.isTerminal == true)
    #expect(end.state?.result == result)
    #expect(end.runCount == 2)
    #expect(end.infrastructurePid == "4711")
    #expect(end.labels["worker"] == "test")
    #expect(end.policy.retries == 1)
    #expect(end.endTime != nil)
    let states = try await client.flowRunStates(run.id).map(\.name)
    #expect(
      states == ["Scheduled", "Pending", "Submitting", "Running", "AwaitingRetry", "Running", "Completed"])
    // Its work is done: what would undo that is told so.
    let crashed = try await client.setFlowRunState(run.id, Prefect.StateCreate(.crashed))
    #expect(crashed.status == .abort)
    #expect(crashed.details.reason?.contains("terminal") == true)
    try await client.deleteFlowRun(run.id)
    let failure = await #expect(throws: PrefectFailure.self) { try await client.flowRun(run.id) }
    #expect(
      failure?.message == "reading the flow run \(run.id.wire): there is no flow run \(run.id.wire) (404)")
  }

  @Test("The same transition twice is one transition")
  func transition() async throws {
    let flow = try await client.createFlow(Prefect.FlowCreate(name: LiveServer.unique("flow")))
    let run = try await client.createFlowRun(Prefect.FlowRunCreate(flowID: flow.id))
    var running = Prefect.StateCreate(.running)
    running.stateDetails.transitionID = UUID()
    #expect(try await client.setFlowRunState(run.id, running).status == .accept)
    let again = try await client.setFlowRunState(run.id, running)
    #expect(again.status == .reject)
    #expect(again.state?.details.transitionID == running.stateDetails.transitionID)
    #expect(try await client.flowRun(run.id).runCount == 1)
  }

  @Test("A run that is due later is not started before")
  func wait() async throws {
    let (deployment, _) = try await LiveServer.deployment()
    let later = Date(timeIntervalSinceNow: 3600)
    let run = try await client.createFlowRun(
      deployment: deployment.id, Prefect.DeploymentFlowRunCreate().scheduled(at: later))
    let scheduled = try #require(run.state?.details.scheduledTime)
    #expect(abs(scheduled.timeIntervalSince(later)) < 0.000_01)
    let result = try await client.setFlowRunState(run.id, Prefect.StateCreate(.running))
    #expect(result.status == .wait)
    #expect(result.details.delaySeconds.map { (3500...3600).contains($0) } == true)
  }

  @Test("Parameters that do not fit the schema are refused with the server's words")
  func parameters() async throws {
    let (deployment, _) = try await LiveServer.deployment {
      $0.parameterOpenapiSchema = [
        "type": "object", "properties": ["n": ["type": "integer", "title": "n", "position": 0]],
      ]
    }
    let failure = await #expect(throws: PrefectFailure.self) {
      try await client.createFlowRun(
        deployment: deployment.id, Prefect.DeploymentFlowRunCreate(parameters: ["n": "many"]))
    }
    #expect(failure?.kind == .rejected)
    #expect(failure?.isConflict == true)
    #expect(failure?.message.contains("'n'") == true, "\(failure?.message ?? "")")
  }

  @Test("A pause asks for input, and goes on with it")
  func pause() async throws {
    let (deployment, _) = try await LiveServer.deployment()
    let run = try await client.createFlowRun(deployment: deployment.id, Prefect.DeploymentFlowRunCreate())
    _ = try await client.setFlowRunState(run.id, Prefect.StateCreate(.running))
    let schema: JSONValue = ["type": "object", "properties": ["ok": ["type": "boolean"]]]
    try await client.createFlowRunInput(run.id, key: "pause-schema", value: schema.text())
    var paused = Prefect.StateCreate(.paused)
    paused.stateDetails.pauseTimeout = Date(timeIntervalSinceNow: 300)
    paused.stateDetails.pauseKey = "one"
    paused.stateDetails.runInputKeyset = ["schema": "pause-schema", "response": "pause-response"]
    #expect(try await client.setFlowRunState(run.id, paused).status == .accept)
    #expect(try await client.flowRunInput(run.id, key: "pause-response") == nil)
    let resumed = try await client.resumeFlowRun(run.id, input: ["ok": true])
    #expect(resumed.status == .accept)
    #expect(resumed.state?.type == .running)
    let text = try #require(try await client.flowRunInput(run.id, key: "pause-response"))
    #expect(try JSONValue(parsing: text)["ok"] == true)
    let inputs = try await client.flowRunInputs(run.id, prefix: "pause-")
    #expect(Set(inputs.map(\.key)) == ["pause-schema", "pause-response"])
    try await client.deleteFlowRunInput(run.id, key: "pause-schema")
    #expect(try await client.flowRunInput(run.id, key: "pause-schema") == nil)
  }

  @Test("More runs than a page holds come once each")
  func paging() async throws {
    let flow = try await client.createFlow(Prefect.FlowCreate(name: LiveServer.unique("flow")))
    var ids: Set<UUID> = []
    for _ in 0..<3 { ids.insert(try await client.createFlowRun(Prefect.FlowRunCreate(flowID: flow.id)).id) }
    var filters = Prefect.Filters()
    filters.flows = Prefect.FlowFilter()
    filters.flows?.id = .any(flow.id)
    #expect(Set(try await client.flowRuns(filters).map(\.id)) == ids)
    #expect(try await client.flowRuns(filters, limit: 2).count == 2)
    #expect(try await client.flowRuns(filters, offset: 2).count == 1)
    #expect(try await client.flowRunCount(filters) == 3)
    filters.flowRuns = Prefect.FlowRunFilter()
    filters.flowRuns?.state = Prefect.StateFilter(type: .any(.cancelling), name: nil)
    #expect(try await client.flowRuns(filters).isEmpty)
    filters.flowRuns?.id = .any([])
    filters.flowRuns?.state = nil
    #expect(try await client.flowRuns(filters).isEmpty)
  }

  @Test("Logs and artifacts of a run come back as they were sent")
  func reports() async throws {
    let flow = try await client.createFlow(Prefect.FlowCreate(name: LiveServer.unique("flow")))
    let run = try await client.createFlowRun(Prefect.FlowRunCreate(flowID: flow.id))
    let start = Date(timeIntervalSince1970: 1_790_000_000.000_25)
    let lines = (0..<450).map {
      Prefect.LogCreate(
        name: "prefect.flow_runs", level: $0 == 7 ? .warning : .info, message: "line \($0) \u{1F327} \"ü\"\n",
        timestamp: start + Double($0), flowRunID: run.id)
    }
    try await client.createLogs(lines)
    var filter = Prefect.LogFilter()
    filter.flowRunID = .any(run.id)
    let logs = try await client.logs(filter, sort: .timestampAsc)
    #expect(logs.map(\.message) == lines.map(\.message))
    #expect(logs.first.map { WireDate.text($0.timestamp) } == "2026-09-21T14:13:20.000250Z")
    filter.level = .atLeast(Prefect.LogLevel.warning.rawValue)
    #expect(try await client.logs(filter).map(\.message) == [lines[7].message])

    let key = LiveServer.unique("rain")
    var progress = Prefect.ArtifactCreate(type: "progress", key: key, data: 0.0)
    progress.flowRunID = run.id
    let artifact = try await client.createArtifact(progress)
    try await client.updateArtifact(artifact.id, Prefect.ArtifactUpdate(data: 55.5))
    #expect(try await client.artifact(artifact.id).data == 55.5)
    let table = Prefect.ArtifactCreate(
      type: "table", key: key, description: "Rain", data: .string(([["mm": 1]] as JSONValue).text()))
    let second = try await client.createArtifact(table)
    #expect(try await client.latestArtifact(key: key)?.latestID == second.id)
    var filters = Prefect.Filters()
    filters.artifacts = Prefect.ArtifactFilter()
    filters.artifacts?.key = .any(key)
    #expect(try await client.artifacts(filters).count == 2)
    #expect(try await client.latestArtifacts(filters).map(\.latestID) == [second.id])
    try await client.deleteArtifact(second.id)
    #expect(try await client.artifacts(filters).map(\.id) == [artifact.id])
    #expect(try await client.latestArtifact(key: LiveServer.unique("none")) == nil)
  }

  @Test("One event at its end is a task run")
  func taskEvents() async throws {
    let flow = try await client.createFlow(Prefect.FlowCreate(name: LiveServer.unique("flow")))
    let run = try await client.createFlowRun(Prefect.FlowRunCreate(flowID: flow.id))
    _ = try await client.setFlowRunState(run.id, Prefect.StateCreate(.running))
    let now = Date()
    let first = UUID()
    let events = (0..<3).map { number -> Prefect.Event in
      var details = Prefect.StateDetails()
      details.flowRunID = run.id
      let type: Prefect.StateType = number == 2 ? .failed : .completed
      var task = Prefect.TaskRunEvent(
        taskRunID: number == 0 ? first : UUID(), name: "extract-\(number)", flowRunID: run.id,
        taskKey: "extract",
        dynamicKey: "\(number)",
        state: Prefect.State(
          type, name: number == 1 ? Prefect.StateName.cached : nil, id: UUID(), timestamp: now,
          message: "number \(number)", details: details))
      task.startTime = now - 2
      task.endTime = now
      task.totalRunTime = 2
      task.tags = ["t"]
      task.policy = Prefect.TaskRunPolicy(retries: 2, retryDelay: [1, 2])
      task.taskInputs = number == 0 ? [] : [(name: "x", inputs: [.taskRun(first), .parameter("n")])]
      return task.event
    }
    try await client.sendEvents(events)
    // The same again changes nothing.
    try await client.sendEvents(events)
    var filters = Prefect.Filters()
    filters.taskRuns = Prefect.TaskRunFilter()
    filters.taskRuns?.flowRunID = .any(run.id)
    let tasks = try await eventually {
      let tasks = try await client.taskRuns(filters, sort: .nameAsc)
      return tasks.count < 3 ? nil : tasks
    }
    let found = try #require(tasks)
    #expect(found.map(\.name) == ["extract-0", "extract-1", "extract-2"])
    #expect(found.map(\.stateName) == ["Completed", "Cached", "Failed"])
    #expect(found.first?.id == first)
    #expect(found.first?.state?.message == "number 0")
    #expect(found.first?.totalRunTime == 2)
    #expect(found.first?.tags == ["t"])
    #expect(found.last?.taskInputs["x"]?[0] == Prefect.TaskInput.taskRun(first).json)
    #expect(try await client.taskRunCount(filters) == 3)
  }

  @Test("A task run that the server orchestrates stands for a sub-flow")
  func subflow() async throws {
    let flow = try await client.createFlow(Prefect.FlowCreate(name: LiveServer.unique("flow")))
    let run = try await client.createFlowRun(Prefect.FlowRunCreate(flowID: flow.id))
    _ = try await client.setFlowRunState(run.id, Prefect.StateCreate(.running))
    let create = Prefect.TaskRunCreate(flowRunID: run.id, taskKey: "child", dynamicKey: "0", name: "child-0")
    let task = try await client.createTaskRun(create)
    #expect(try await client.createTaskRun(create).id == task.id)
    _ = try await client.setTaskRunState(task.id, Prefect.StateCreate(.running))
    var childRun = Prefect.FlowRunCreate(flowID: flow.id, name: "child")
    childRun.parentTaskRunID = task.id
    let child = try await client.createFlowRun(childRun)
    _ = try await client.setFlowRunState(child.id, Prefect.StateCreate(.running))
    _ = try await client.setFlowRunState(child.id, Prefect.StateCreate(.completed))
    let mirrored = try await client.taskRun(task.id)
    #expect(mirrored.stateType == .completed)
    #expect(mirrored.state?.details.childFlowRunID == child.id)
  }
}
