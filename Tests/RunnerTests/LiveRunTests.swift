import Foundation
import JSON
import PrefectAPI
import PrefectClient
import PrefectTesting
import Testing

@Suite(
  "Runs of a real Prefect server, each executed in a process",
  .enabled(if: LiveServer.isThere, "make test-prefect starts a server for this"), .serialized)
struct LiveRunTests {
  let client = LiveServer.client

  @Test("Everything that a run reports is shown by the server, and its result read by Python")
  func everything() async throws {
    let run = try await LiveServer.run(of: "show_everything", ["items": ["a", "bcd"]])
    let process = try ExecutingProcess(run.id)
    #expect(await process.ended() == 0, "\(process.said)")
    let ended = try await client.flowRun(run.id)
    #expect(ended.state?.type == .completed)
    #expect(ended.runCount == 1)
    #expect(
      try await client.flowRunStates(run.id).map(\.displayName) == ["Scheduled", "Running", "Completed"])

    // Nothing is lost at the exit: the lines are there as soon as the process is gone.
    let logs = try await LiveServer.logs(run.id)
    #expect(Set(logs.map(\.message)) == ["begins", "printed by the flow", "measures a", "measures bcd"])
    #expect(logs.allSatisfy { $0.level == .info })
    let tasks = try await LiveServer.tasks(run.id, atLeast: 3)
    #expect(tasks.map(\.name) == ["inner", "measure-0", "measure-1"])
    #expect(tasks.map(\.stateName) == ["Completed", "Completed", "Completed"])
    #expect(tasks[1].tags == ["short"])
    let measure = try #require(tasks.first { $0.name == "measure-0" })
    #expect(logs.first { $0.message == "measures a" }?.taskRunID == measure.id)

    let artifacts = try await LiveServer.artifacts(run.id)
    let byKey = Dictionary(grouping: artifacts, by: { $0.key ?? "" })
    #expect(byKey["lengths"]?.first?.data == .string(#"[{"item":"a","n":1},{"item":"bcd","n":3}]"#))
    #expect(byKey["page"]?.first?.description == "A page")
    #expect(byKey["progress-work"]?.first?.data?.double == 100)

    let stand = try #require(tasks.first { $0.name == "inner" })
    var filters = Prefect.Filters()
    filters.flowRuns = Prefect.FlowRunFilter()
    filters.flowRuns?.parentTaskRunID = .any(stand.id)
    let inner = try #require(try await client.flowRuns(filters).first)
    #expect(inner.state?.type == .completed)
    #expect(inner.parameters == ["n": 3])
    #expect(try await LiveServer.logs(inner.id).map(\.message) == ["inner begins"])
    #expect(try await LiveServer.tasks(inner.id, atLeast: 1).map(\.name) == ["double-0"])

    let path = try #require(ended.state?.result?.storageKey)
    let record = try JSONValue(parsing: Data(contentsOf: URL(filePath: path)))
    #expect(record["result"] == "[1,3,6]")
    guard LiveServer.python != nil else { return }
    let text = try await LiveServer.runPython(
      """
      import asyncio, sys
      from prefect.client.orchestration import get_client
      async def main():
          async with get_client() as client:
              run = await client.read_flow_run(sys.argv[1])
              print("result", await run.state.aresult())
      asyncio.run(main())
      """, run.id.wire)
    #expect(text.contains("result [1, 3, 6]"), "\(text)")
  }

  @Test("A task that takes long is seen while it runs; cancelling the run ends it within two seconds")
  func cancelled() async throws {
    let run = try await LiveServer.run(of: "sleeper", ["seconds": 120])
    let process = try ExecutingProcess(run.id)
    let running = try await LiveServer.tasks(run.id, atLeast: 1)
    #expect(running.map(\.stateName) == ["Running"])
    #expect(try await client.setFlowRunState(run.id, Prefect.StateCreate(.cancelling)).status == .accept)
    let start = ContinuousClock.now
    #expect(await process.ended() == 0, "\(process.said)")
    #expect(ContinuousClock.now - start < .seconds(4))
    let ended = try await client.flowRun(run.id)
    #expect(ended.state?.type == .cancelled)
    #expect(ended.state?.message == "Cancelled at the request of a user.")
    let task = try await eventually {
      let task = try await LiveServer.tasks(run.id, atLeast: 1).first
      return task?.stateName == "Cancelled" ? task : nil
    }
    #expect(task != nil)
  }

  @Test("SIGTERM cancels the run, and says so")
  func terminated() async throws {
    let run = try await LiveServer.run(of: "sleeper", ["seconds": 120])
    let process = try ExecutingProcess(run.id)
    _ = try await LiveServer.tasks(run.id, atLeast: 1)
    process.send(SIGTERM)
    #expect(await process.ended() == 0, "\(process.said)")
    let ended = try await client.flowRun(run.id)
    #expect(ended.state?.type == .cancelled)
    #expect(ended.state?.message == "The process was asked to stop, and cancelled the run.")
  }

  @Test("A run that somebody cancelled before it started is not run")
  func cancelledBefore() async throws {
    let run = try await LiveServer.run(of: "sleeper", ["seconds": 120])
    _ = try await client.setFlowRunState(run.id, Prefect.StateCreate(.pending))
    #expect(try await client.setFlowRunState(run.id, Prefect.StateCreate(.cancelling)).status == .accept)
    #expect(await (try ExecutingProcess(run.id)).ended() == 0)
    let ended = try await client.flowRun(run.id)
    #expect(ended.state?.type == .cancelled)
    #expect(ended.runCount == 0)
  }

  @Test("A run that fails for a passing reason is repeated in the same process, as the server says")
  func repeated() async throws {
    let folder = try TemporaryFolder()
    let run = try await LiveServer.run(of: "flaky", ["failures": 2, "counter": .string("\(folder.path)/n")])
    let process = try ExecutingProcess(run.id)
    #expect(await process.ended() == 0, "\(process.said)")
    let states = try await client.flowRunStates(run.id).map(\.displayName)
    #expect(
      states == ["Scheduled", "Running", "AwaitingRetry", "Running", "AwaitingRetry", "Running", "Completed"])
    #expect(try await client.flowRun(run.id).runCount == 3)
    let tasks = try await LiveServer.tasks(run.id, atLeast: 3)
    #expect(tasks.map(\.stateName).sorted { ($0 ?? "") < ($1 ?? "") } == ["Completed", "Failed", "Failed"])
  }

  @Test(
    "What cannot pass by itself is not repeated, and named by its kind",
    arguments: [("configuration", "Misconfigured"), ("rejected", "Rejected"), ("fault", "Failed")])
  func failed(how: String, name: String) async throws {
    let run = try await LiveServer.run(of: "failing", ["how": .string(how)])
    let process = try ExecutingProcess(run.id)
    #expect(await process.ended() == 0, "\(process.said)")
    let states = try await client.flowRunStates(run.id)
    #expect(states.map(\.displayName) == ["Scheduled", "Running", name])
    #expect(states.last?.type == .failed)
    #expect(try await LiveServer.logs(run.id).map(\.level) == [.error])
  }

  @Test("A crash is left to the worker", arguments: [("crash", SIGKILL), ("exit", 7)])
  func crashed(how: String, code: Int32) async throws {
    let run = try await LiveServer.run(of: "failing", ["how": .string(how)])
    #expect(await (try ExecutingProcess(run.id)).ended() == code)
    #expect(try await client.flowRun(run.id).state?.type == .running)
  }

  @Test(
    "A flow that this program does not have, and parameters that it does not take, are a matter of configuration"
  )
  func unknown() async throws {
    let unknown = try await LiveServer.run(of: LiveServer.unique("elsewhere"))
    #expect(await (try ExecutingProcess(unknown.id)).ended() == 0)
    let state = try await client.flowRun(unknown.id).state
    #expect(state?.name == "Misconfigured")
    #expect(state?.message?.contains("there is no flow") == true)
    let wrong = try await LiveServer.run(of: "sleeper", ["minutes": 1])
    #expect(await (try ExecutingProcess(wrong.id)).ended() == 0)
    #expect(try await client.flowRun(wrong.id).state?.name == "Misconfigured")
  }

  @Test("A flow goes on while the API is away, and everything arrives when it is back")
  func away() async throws {
    let way = try BreakableWay(to: LiveServer.apiURL ?? "")
    defer { way.stop() }
    let run = try await LiveServer.run(of: "sleeper", ["seconds": 8])
    let process = try ExecutingProcess(run.id, apiURL: way.apiURL)
    let started = try await eventually { process.said.contains("second 0") ? true : nil }
    #expect(started == true, "\(process.said)")
    way.isBroken = true
    // Until after the flow has ended without it.
    let ended = try await eventually { process.said.contains("second 7") ? true : nil }
    #expect(ended == true, "\(process.said)")
    // It tries to say so, again and again.
    let tried = way.refusals
    _ = try await eventually { way.refusals >= tried + 3 ? true : nil }
    #expect(process.isRunning)
    #expect(try await client.flowRun(run.id).state?.type == .running)
    way.isBroken = false
    #expect(await process.ended() == 0, "\(process.said)")
    #expect(try await client.flowRun(run.id).state?.type == .completed)
    let lines = try await LiveServer.logs(run.id).map(\.message).filter { $0.hasPrefix("second") }
    #expect(lines == (0..<8).map { "second \($0)" })
    #expect(try await LiveServer.tasks(run.id, atLeast: 1).first?.stateName == "Completed")
    #expect(
      !FileManager.default.fileExists(atPath: "\(process.home.path)/.local/state/sluice/spool/\(run.id.wire)")
    )
  }

  @Test("Where the API never comes back, a process that is asked to stop keeps the reports, and fails")
  func neverBack() async throws {
    let way = try BreakableWay(to: LiveServer.apiURL ?? "")
    defer { way.stop() }
    let run = try await LiveServer.run(of: "sleeper", ["seconds": 60])
    let process = try ExecutingProcess(run.id, apiURL: way.apiURL)
    _ = try await LiveServer.tasks(run.id, atLeast: 1)
    way.isBroken = true
    process.send(SIGTERM)
    let start = ContinuousClock.now
    #expect(await process.ended() == 4, "\(process.said)")
    #expect(ContinuousClock.now - start < .seconds(30))
    let kept = "\(process.home.path)/.local/state/sluice/spool/\(run.id.wire)/events.jsonl"
    #expect(FileManager.default.fileExists(atPath: kept))
  }

  @Test(
    "Blocks, variables and watermarks are the server's; pull steps lead to the folder; a secret stays hidden")
  func world() async throws {
    let folder = try TemporaryFolder()
    let type = try #require(try await client.blockType("secret"))
    var schemas = Prefect.BlockSchemaFilter()
    schemas.blockTypeID = .any(type.id)
    let schema = try #require(try await client.blockSchemas(schemas).first)
    let name = LiveServer.unique("token")
    let secret = "made-up-\(UUID().wire)"
    _ = try await client.createBlockDocument(
      Prefect.BlockDocumentCreate(
        name: name, data: ["value": .string(secret)], blockSchemaID: schema.id, blockTypeID: type.id))
    if try await client.variable("greeting") == nil {
      _ = try await client.createVariable(Prefect.VariableCreate(name: "greeting", value: "hello"))
    }
    var results: [String] = []
    for _ in 0..<2 {
      let run = try await LiveServer.run(of: "keeper", ["secret": .string(name)]) {
        $0.pullSteps = [
          ["prefect.deployments.steps.set_working_directory": ["directory": .string(folder.path)]]
        ]
      }
      let process = try ExecutingProcess(run.id)
      #expect(await process.ended() == 0, "\(process.said)")
      let state = try await client.flowRun(run.id).state
      #expect(state?.type == .completed, "\(state?.message ?? "")")
      let path = try #require(state?.result?.storageKey)
      let record = try JSONValue(parsing: Data(contentsOf: URL(filePath: path)))
      results.append(try JSONValue(parsing: record["result"]?.string ?? "").string ?? "")
      let lines = try await LiveServer.logs(run.id).map(\.message)
      #expect(lines == ["the token is ********"])
      #expect(!process.said.contains(secret))
    }
    let numbers = results.compactMap { Int($0.prefix { $0 != " " }) }
    #expect(numbers.count == 2 && numbers[1] == numbers[0] + 1)
    #expect(results.allSatisfy { $0.hasSuffix(" hello \(folder.path)") })

    let lost = try await LiveServer.run(of: "keeper", ["secret": "nowhere"])
    #expect(await (try ExecutingProcess(lost.id)).ended() == 0)
    let message = try await client.flowRun(lost.id).state?.message ?? ""
    #expect(message.contains("blocks of the Prefect server at"), "\(message)")
    #expect(message.contains("documents in blocks/"), "\(message)")
  }

  private func result(_ run: UUID) async throws -> JSONValue? {
    let state = try await client.flowRun(run).state
    guard let path = state?.result?.storageKey else { return nil }
    let record = try JSONValue(parsing: Data(contentsOf: URL(filePath: path)))
    return try JSONValue(parsing: record["result"]?.string ?? "")
  }

  @Test("A run that asks a person waits in its process, and goes on with the answer")
  func paused() async throws {
    let run = try await LiveServer.run(of: "asking")
    let process = try ExecutingProcess(run.id)
    let paused = try await eventually {
      try await client.flowRun(run.id).state?.type == .paused ? true : nil
    }
    #expect(paused == true, "\(process.said)")
    #expect(try await client.resumeFlowRun(run.id, input: ["mm": 12]).status == .accept)
    #expect(await process.ended() == 0, "\(process.said)")
    #expect(try await result(run.id) == "12 mm")
  }

  @Test("A run that is suspended gives up its process, and is gone on with by the next one")
  func suspended() async throws {
    let run = try await LiveServer.run(of: "asking", ["suspends": true])
    let first = try ExecutingProcess(run.id)
    #expect(await first.ended() == 0, "\(first.said)")
    let state = try await client.flowRun(run.id).state
    #expect(state?.displayName == "Suspended", "\(first.said)")
    #expect(try await client.resumeFlowRun(run.id, input: ["mm": 7]).status == .accept)
    #expect(try await client.flowRun(run.id).state?.displayName == "Resuming")
    let second = try ExecutingProcess(run.id)
    #expect(await second.ended() == 0, "\(second.said)")
    #expect(try await result(run.id) == "7 mm")
  }

  @Test("A thousand tasks are recorded, every one")
  func manyTasks() async throws {
    let run = try await LiveServer.run(of: "many_tasks", ["count": 1000])
    let process = try ExecutingProcess(run.id)
    #expect(await process.ended() == 0, "\(process.said)")
    var filters = Prefect.Filters()
    filters.taskRuns = Prefect.TaskRunFilter()
    filters.taskRuns?.flowRunID = .any(run.id)
    let all = try await eventually(within: .seconds(120)) {
      try await client.taskRunCount(filters) == 1000 ? true : nil
    }
    #expect(all == true)
  }
}
