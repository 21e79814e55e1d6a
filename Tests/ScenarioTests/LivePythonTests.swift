import Foundation
import JSON
import PrefectAPI
import PrefectClient
import PrefectTesting
import Testing

@Suite(
  "Programs of both languages",
  .enabled(if: LiveServer.python != nil && LiveServer.isThere, "make test-prefect starts a server for this"),
  .timeLimit(.minutes(8)))
struct LivePythonTests {
  private let client = LiveServer.client

  @Test("Prefect's own worker runs a flow of ours by the job variable command")
  func stockWorker() async throws {
    try await Stage.with { stage in
      let home = stage.home.path
      try stage.home.write("in.json", #"[{"n": 1, "active": true}, {"n": 2}]"#)
      _ = try await LiveServer.runPrefect("work-pool", "create", "--type", "process", stage.pool)
      let deployment = try await stage.deploy(
        "json_filter", "parameters: {data_path: \(home)/in.json, output_path: \(home)/out.json}",
        jobVariables: #"{command: "\#(Stage.sluice) flow-run execute"}"#)
      _ = try stage.start(
        try #require(LiveServer.python),
        ["-m", "prefect", "worker", "start", "-p", stage.pool, "-n", "stock"],
        also: ["PREFECT_WORKER_QUERY_SECONDS": "1"])
      let run = try await stage.run(deployment)
      let ended = try await stage.completed(run)
      #expect(ended.runCount == 1)
      #expect(ended.labels["prefect.worker.name"] == "stock")
      #expect(try JSONValue(parsing: try stage.home.read("out.json")) == [["n": 1, "active": true]])
      let tasks = try await LiveServer.tasks(run, atLeast: 1)
      #expect(tasks.allSatisfy { $0.stateName == "Completed" })
    }
  }

  @Test("Our worker runs a Python deployment by its own command")
  func pythonDeployment() async throws {
    try await Stage.with { stage in
      let name = LiveServer.unique("rainfall").replacing("-", with: "_")
      try stage.home.write(
        "rainfall.py",
        """
        from prefect import flow, task
        from prefect.artifacts import create_markdown_artifact

        @task
        def total(values: list[float]) -> float:
            return sum(values)

        @flow(name="\(name)", log_prints=True)
        def rainfall(values: list[float] = [1.0], unit: str = "mm"):
            print(f"it rained {total(values)} {unit}")
            create_markdown_artifact("# Rain", key="\(stage.pool)-rain")
        """)
      try await stage.sluice("work-pool", "create", stage.pool)
      let said = try await LiveServer.runPython(
        """
        import sys
        from prefect import flow
        folder, pool = sys.argv[1:]
        flow.from_source(source=folder, entrypoint="rainfall.py:rainfall").deploy(
            name=pool, work_pool_name=pool, parameters={"values": [2.0, 3.5]}, build=False, push=False,
            job_variables={"command": f"{sys.executable} -m prefect.engine", "working_dir": folder})
        """, stage.home.path, stage.pool)
      #expect(said.contains("\(name)/\(stage.pool)"), "\(said)")
      let worker = try stage.worker(also: ["PREFECT_HOME": "\(stage.home.path)/prefect"])
      let run = try await stage.run("\(name)/\(stage.pool)", "-p", "unit=l/m2")
      let ended = try await stage.completed(run)
      #expect(ended.runCount == 1)
      #expect(worker.errors.contains("\(ended.name): started as process"), "\(worker.errors)")
      let lines = try await eventually {
        let lines = try await LiveServer.logs(run).map(\.message)
        return lines.contains("it rained 5.5 l/m2") ? lines : nil
      }
      #expect(lines != nil)
      #expect(try await LiveServer.tasks(run, atLeast: 1).first?.name.hasPrefix("total") == true)
      #expect(try await LiveServer.artifacts(run).map(\.key) == ["\(stage.pool)-rain"])
    }
  }
}
