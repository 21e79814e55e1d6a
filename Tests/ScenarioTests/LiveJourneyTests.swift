import Foundation
import JSON
import PrefectAPI
import PrefectClient
import PrefectTesting
import Testing

@Suite(
  "From the deployments of this project to what prefect shows of their runs",
  .enabled(if: LiveServer.python != nil && LiveServer.isThere, "make test-prefect starts a server for this"),
  .timeLimit(.minutes(8)))
struct LiveJourneyTests {
  private let client = LiveServer.client

  @Test("All four flows are deployed, run by our worker to their results, and shown by the prefect command")
  func journey() async throws {
    try await Stage.with(pool: "default") { stage in
      try await stage.startSandbox()
      let home = stage.home
      try home.write(
        "items.json", #"[{"name": "a", "active": true}, {"name": "b", "active": false}, {"name": "c"}]"#)
      try await deploy(stage)
      let worker = try stage.worker("--limit", "4")

      // Parameters by the command, as text and as JSON.
      let climate = try await stage.run(
        "dhis2_era5_climate_import/dhis2-era5-climate", "-p", "org_unit_level=3", "-p", "from=2025-01",
        "--params", #"{"to": "2025-03"}"#)
      let filter = try await stage.run("json_filter/default", "-p", "field=active")
      let stars = try await stage.run("retrieve_github_stars/default")
      // And by REST, in the words of the page that people read.
      let orgUnits = try await Curl.runs(stage)
      defer { try? FileManager.default.removeItem(atPath: Curl.outputFolder) }

      let imported = try await stage.completed(climate)
      let receipt = try stage.result(imported)
      #expect(imported.parameters["org_unit_level"] == 3 && receipt["months"]?.array?.count == 3)
      let created = try #require(receipt["values"]?["created"]?.integer)
      #expect(created > 300)
      #expect(try await stage.dataValueCount() == created)

      try await stage.completed(filter)
      let kept = try JSONValue(parsing: try home.read("active.json"))
      #expect(kept.array?.map { $0["name"] } == ["a"])

      let counted = try stage.result(try await stage.completed(stars))
      #expect(counted.array?.count == 2)

      #expect(orgUnits.count == 2)
      for id in orgUnits { try await stage.completed(id) }
      let overridden = try await client.flowRun(try #require(orgUnits.last))
      #expect(overridden.parameters["output_dir"] == .string(Curl.outputFolder))
      let table = try String(contentsOfFile: "\(Curl.outputFolder)/org_units.csv", encoding: .utf8)
      #expect(table.split(whereSeparator: \.isNewline).count > 50)
      #expect(worker.isRunning)

      try await shown(climate: imported, deployment: "dhis2_era5_climate_import/dhis2-era5-climate")
    }
  }

  /// Deploys what deployments/ declares; the schedule that could come due meanwhile plans its runs, and is paused.
  private func deploy(_ stage: Stage) async throws {
    let paths = [
      "JSON_FILTER_DATA_PATH": "\(stage.home.path)/items.json",
      "JSON_FILTER_OUTPUT_PATH": "\(stage.home.path)/active.json",
    ]
    let table = try await stage.sluice("deploy", "--all", "--create-pool", also: paths).output
    for name in [
      "dhis2_era5_climate_import/dhis2-era5-climate", "dhis2_org_units/dhis2-org-units",
      "json_filter/default",
      "retrieve_github_stars/default",
    ] { #expect(table.contains(name)) }
    let deployment = try #require(
      try await client.deployment(flow: "dhis2_org_units", name: "dhis2-org-units"))
    var filters = Prefect.Filters()
    filters.flowRuns = Prefect.FlowRunFilter()
    filters.flowRuns?.deploymentID = .any(deployment.id)
    let planned = try await eventually(within: .seconds(180)) {
      let runs = try await client.flowRuns(filters).filter(\.autoScheduled)
      return runs.isEmpty ? nil : runs
    }
    #expect(planned != nil)
    try await stage.sluice(
      "deployment", "schedule", "pause", "dhis2_org_units/dhis2-org-units", "quarter-hourly")
    // What has not changed is left alone, so that the schedule stays paused.
    try await stage.sluice("deploy", "--all", also: paths)
    #expect(try await client.deployment(deployment.id).schedules.first?.active == false)
  }

  /// What the prefect command shows of a run of the import, its tasks, lines and artifacts, its deployment and pool.
  private func shown(climate run: Prefect.FlowRun, deployment: String) async throws {
    try await expect(
      "deployment", "inspect", deployment, shows: ["'entrypoint': 'dhis2_era5_climate_import'"])
    try await expect("work-pool", "ls", shows: ["default", "process"])
    try await expect("flow-run", "ls", "--limit", "200", shows: [run.name, "COMPLETED"])
    try await expect("flow-run", "inspect", run.id.wire, shows: ["type=StateType.COMPLETED"])
    let lines = try await LiveServer.logs(run.id).map(\.message)
    #expect(lines.count > 5)
    // The command breaks long lines.
    try await expect("flow-run", "logs", run.id.wire, shows: lines.prefix(3).map { String($0.prefix(40)) })
    let tasks = try await LiveServer.tasks(run.id, atLeast: 3)
    #expect(tasks.allSatisfy { $0.stateName == "Completed" })
    try await expect("task-run", "ls", "--limit", "200", shows: tasks.map { $0.name })
    let artifacts = try await LiveServer.artifacts(run.id)
    let key = try #require(artifacts.first { $0.type == "table" || $0.type == "markdown" }?.key)
    try await expect("artifact", "ls", shows: [key])
    try await expect("artifact", "inspect", key, shows: [run.id.wire])
  }

  private func expect(
    _ arguments: String..., shows parts: [String], at location: SourceLocation = #_sourceLocation
  ) async throws {
    let shown = try await LiveServer.runPrefect(arguments)
    for part in parts {
      #expect(shown.contains(part), "\(shown)", sourceLocation: location)
    }
  }
}

/// The curl lines of the page on infrastructure, letter by letter but for the server's address.
private enum Curl {
  /// Where the second run of them writes.
  static let outputFolder = "/tmp/org-units"

  static let lines = #"""
    # Look up deployment by flow name and deployment name
    curl -s http://localhost:4200/api/deployments/name/dhis2_org_units/dhis2-org-units
    # Trigger a run (requires deployment ID)
    DEPLOY_ID=$(curl -s http://localhost:4200/api/deployments/name/dhis2_org_units/dhis2-org-units | python3 -c "import sys,json;print(json.load(sys.stdin)['id'])")
    curl -s -X POST "http://localhost:4200/api/deployments/$DEPLOY_ID/create_flow_run" \
    -H "Content-Type: application/json" \
    -d '{}'
    # With parameter overrides
    curl -s -X POST "http://localhost:4200/api/deployments/$DEPLOY_ID/create_flow_run" \
    -H "Content-Type: application/json" \
    -d '{"parameters": {"output_dir": "/tmp/org-units"}}'
    """#

  /// Runs them, and gives the runs that they make. A login, and a token against forged requests, curl has from its
  /// configuration file.
  static func runs(_ stage: Stage) async throws -> [UUID] {
    try? FileManager.default.removeItem(atPath: outputFolder)
    let api = try #require(LiveServer.apiURL)
    try stage.home.write(".curlrc", try await configuration(api))
    try stage.home.write(
      "curl.sh", lines.replacing("http://localhost:4200/api", with: api))
    let ending = try await RunningProgram.run(
      "/bin/bash", ["\(stage.home.path)/curl.sh"], home: stage.home.path,
      environment: ["no_proxy": "127.0.0.1", "PATH": ProcessInfo.processInfo.environment["PATH"] ?? ""])
    // Three documents without anything between them.
    let documents = ending.output.replacing("}{", with: "}\n{").split(separator: "\n")
      .compactMap { try? JSONValue(parsing: String($0)) }
    try #require(documents.count == 3, "\(ending.output)\(ending.errors)")
    #expect(documents[0]["name"] == "dhis2-org-units")
    return try documents.dropFirst().map {
      try #require($0["id"]?.string.flatMap(UUID.init(uuidString:)), "\(ending.output)")
    }
  }

  private static func configuration(_ api: String) async throws -> String {
    // A server on SQLite is busy now and then, and answers 503.
    var lines = ["retry = 8", "fail"]
    guard let login = LiveServer.authString else { return lines.joined(separator: "\n") }
    let home = try TemporaryFolder()
    let client = UUID().wire
    let ending = try await RunningProgram.run(
      "/usr/bin/curl", ["-s", "-u", login, "\(api)/csrf-token?client=\(client)"], home: home.path,
      environment: ["no_proxy": "127.0.0.1"])
    let token = try #require(try JSONValue(parsing: ending.output)["token"]?.string, "\(ending.output)")
    lines += [
      "user = \"\(login)\"", "header = \"Prefect-Csrf-Token: \(token)\"",
      "header = \"Prefect-Csrf-Client: \(client)\"",
    ]
    return lines.joined(separator: "\n")
  }
}
