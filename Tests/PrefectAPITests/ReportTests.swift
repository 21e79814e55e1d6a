import Foundation
import JSON
import PrefectAPI
import Testing

@Suite("What runs report") struct ReportTests {
  private let run = UUID()
  private let task = UUID()
  private let now = Date(timeIntervalSince1970: 100)

  @Test("A log line has the members that the server takes, and no null")
  func log() {
    var line = Prefect.LogCreate(
      name: "etl", level: .warning, message: "late \"again\"\n", timestamp: now, flowRunID: run)
    #expect(
      line.json == [
        "name": "etl", "level": 30, "message": "late \"again\"\n", "timestamp": "1970-01-01T00:01:40.000000Z",
        "flow_run_id": .string(run.wire),
      ])
    line.taskRunID = task
    #expect(line.json["task_run_id"] == .string(task.wire))
    #expect(Prefect.LogLevel(rawValue: 25).name == "Level 25")
    #expect(Prefect.LogLevel.critical > .error)
  }

  @Test("A task run's event has what the recorder looks for")
  func taskRun() throws {
    var details = Prefect.StateDetails()
    details.untrackableResult = true
    let state = Prefect.State(.completed, id: UUID(), timestamp: now, message: "ok", details: details)
    var report = Prefect.TaskRunEvent(
      taskRunID: task, name: "extract-0", flowRunID: run, taskKey: "extract-ab", dynamicKey: "0", state: state
    )
    let before = Prefect.State(.running, id: UUID(), timestamp: now - 2)
    report.previous = before
    report.tags = ["tt"]
    report.startTime = now - 2
    report.endTime = now
    report.totalRunTime = 2
    report.policy = Prefect.TaskRunPolicy(retries: 1, retryDelay: 5)
    report.taskInputs = [(name: "x", inputs: [.taskRun(run), .constant(type: "int")])]
    let event = report.event.json
    #expect(event["event"] == "prefect.task-run.Completed")
    #expect(event["id"] == state.id.map { .string($0.wire) })
    #expect(event["follows"] == before.id.map { .string($0.wire) })
    #expect(event["occurred"] == "1970-01-01T00:01:40.000000Z")
    #expect(
      event["resource"] == [
        "prefect.resource.id": .string("prefect.task-run.\(task.wire)"), "prefect.resource.name": "extract-0",
        "prefect.run-count": "1", "prefect.state-message": "ok", "prefect.state-name": "Completed",
        "prefect.state-timestamp": "1970-01-01T00:01:40.000000Z", "prefect.state-type": "COMPLETED",
        "prefect.orchestration": "client",
      ])
    #expect(
      event["related"] == [
        ["prefect.resource.id": "prefect.tag.tt", "prefect.resource.role": "tag"],
        [
          "prefect.resource.id": .string("prefect.flow-run.\(run.wire)"), "prefect.resource.role": "flow-run",
        ],
      ])
    #expect(event["payload"]?["intended"] == ["from": "RUNNING", "to": "COMPLETED"])
    #expect(
      event["payload"]?["validated_state"] == [
        "type": "COMPLETED", "name": "Completed", "message": "ok",
        "state_details": ["untrackable_result": true], "data": nil,
      ])
    #expect(
      event["payload"]?["task_run"] == [
        "name": "extract-0", "task_key": "extract-ab", "dynamic_key": "0",
        "empirical_policy": ["max_retries": 1, "retry_delay_seconds": 0, "retries": 1, "retry_delay": 5],
        "tags": ["tt"], "labels": [:],
        "task_inputs": [
          "x": [
            ["input_type": "task_run", "id": .string(run.wire)], ["input_type": "constant", "type": "int"],
          ]
        ], "run_count": 1, "flow_run_run_count": 1, "total_run_time": 2.0,
        "start_time": "1970-01-01T00:01:38.000000Z", "end_time": "1970-01-01T00:01:40.000000Z",
      ])
  }

  @Test("The first state of a task has none before it")
  func first() {
    let report = Prefect.TaskRunEvent(
      taskRunID: task, name: "t", flowRunID: run, taskKey: "t", dynamicKey: "0",
      state: Prefect.State(.running, timestamp: now))
    #expect(report.event.id == report.state.id)
    #expect(report.event.id != task)
    #expect(report.event.follows == nil)
    #expect(report.event.payload["intended"] == ["from": nil, "to": "RUNNING"])
  }

  @Test("Where a result lies is read from the state that tells it, and from no other data")
  func results() throws {
    let metadata = Prefect.ResultRecordMetadata(storageKey: "a/b.json")
    var state = Prefect.State(.completed, data: try metadata.wireDocument())
    #expect(state.result == metadata)
    #expect(
      try metadata.wireDocument() == [
        "storage_key": "a/b.json", "serializer": ["type": "json"],
        "prefect_version": .string(Prefect.version),
      ])
    state.data = 5
    #expect(state.result == nil)
  }

  @Test("A state without a name is called after its type")
  func names() {
    #expect(Prefect.State(.completed).displayName == "Completed")
    #expect(Prefect.State(.scheduled, name: "Late").displayName == "Late")
    #expect(Prefect.OrchestrationDetails(.wait, delaySeconds: 3).type == "wait_details")
  }
}
