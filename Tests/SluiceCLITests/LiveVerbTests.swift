import Foundation
import JSON
import PrefectAPI
import PrefectClient
import PrefectTesting
import Testing

@testable import SluiceCLI

/// The program as a process, on a real Prefect server.
@Suite("Live: the verbs on a real Prefect server", .enabled(if: LiveServer.isThere))
struct LiveVerbTests {
  private let suffix = String(UUID().wire.prefix(8))
  private let variables = LiveServer.variables().merging(
    ["PREFECT_CLIENT_MAX_RETRIES": "\(LiveServer.retries)"]) { $1 }
  private func server() throws -> PrefectClient {
    PrefectClient(try PrefectConfiguration(try PrefectSettings(environment: variables)))
  }

  private func call(
    _ arguments: String..., code: Int32 = 0, also variables: [String: String] = [:]
  ) async throws -> Program.Ending {
    let ending = try await Program.run(
      arguments, environment: self.variables.merging(variables) { $1 })
    #expect(
      ending.code == code, "sluice \(arguments.joined(separator: " ")): \(ending.output)\(ending.errors)")
    return ending
  }

  private func json(_ ending: Program.Ending) throws -> JSONValue { try JSONValue(parsing: ending.output) }

  /// A deployment on a pool of its own, by its name.
  private func deployment() async throws -> String {
    let server = try server()
    let pool = try await server.createWorkPool(Prefect.WorkPoolCreate(name: "pool-\(suffix)"))
    let flow = try await server.createFlow(Prefect.FlowCreate(name: "flow-\(suffix)"))
    var create = Prefect.DeploymentCreate(name: "main", flowID: flow.id)
    create.workPoolName = pool.name
    create.parameters = ["region": "NO"]
    create.parameterOpenapiSchema = [
      "type": "object",
      "properties": [
        "region": ["type": "string", "title": "region"],
        "n": ["type": "integer", "title": "n", "default": 3],
      ], "required": ["region"],
    ]
    _ = try await server.createDeployment(create)
    return "flow-\(suffix)/main"
  }

  @Test("A deployment is listed, inspected, paused, resumed and deleted")
  func deployments() async throws {
    let name = try await deployment()
    #expect(try await call("deployment", "ls", "--flow-name", "flow-\(suffix)").output.contains(name))
    #expect(
      try json(try await call("deployment", "ls", "--flow-name", "flow-\(suffix)", "-o", "json")).array?.count
        == 1)
    _ = try await call("deployment", "pause", name)
    #expect(try json(try await call("deployment", "inspect", name))["paused"] == true)
    _ = try await call("deployment", "resume", name)
    let id = try #require(try json(try await call("deployment", "inspect", name))["id"]?.string)
    #expect(try json(try await call("deployment", "inspect", id))["paused"] == false)
    _ = try await call("deployment", "delete", name)
    let gone = try await call("deployment", "inspect", name, code: 3)
    #expect(gone.errors.contains("the server has no deployment \(name)"))
  }

  @Test("Schedules are added, listed, paused, resumed, replaced and cleared")
  func schedules() async throws {
    let name = try await deployment()
    func listed() async throws -> [JSONValue] {
      try json(try await call("deployment", "schedule", "ls", name, "-o", "json")).array ?? []
    }
    _ = try await call(
      "deployment", "schedule", "create", name, "--cron", "0 9 * * *", "--timezone", "Europe/Oslo", "--slug",
      "daily",
      "-p", "n=9")
    _ = try await call("deployment", "schedule", "create", name, "--interval", "2h")
    let two = try await listed()
    #expect(two.count == 2)
    let daily = try #require(two.first { $0["slug"] == "daily" })
    #expect(daily["schedule"]?["cron"] == "0 9 * * *" && daily["schedule"]?["timezone"] == "Europe/Oslo")
    #expect(daily["parameters"] == ["n": 9])
    _ = try await call(
      "deployment", "schedule", "create", name, "--cron", "0 8 * * *", "--slug", "daily", code: 3)
    _ = try await call("deployment", "schedule", "create", name, "--cron", "0 8 * * *", "-p", "n=x", code: 3)
    _ = try await call("deployment", "schedule", "pause", name, "daily")
    #expect(try await listed().first { $0["slug"] == "daily" }?["active"] == false)
    _ = try await call("deployment", "schedule", "resume", name, "--all")
    #expect(try await listed().allSatisfy { $0["active"] == true })
    _ = try await call("deployment", "schedule", "delete", name, "daily")
    _ = try await call("deployment", "schedule", "delete", name, "daily", code: 3)
    _ = try await call("deployment", "set-schedule", name, "--rrule", "FREQ=DAILY", "--no-active")
    let one = try await listed()
    #expect(one.count == 1 && one.first?["active"] == false)
    _ = try await call("deployment", "clear-schedule", name)
    #expect(try await listed().isEmpty)
  }

  @Test("Schedules that all have slugs are replaced and cleared as well")
  func slugs() async throws {
    let name = try await deployment()
    func crons() async throws -> [String] {
      let list = try json(try await call("deployment", "schedule", "ls", name, "-o", "json")).array ?? []
      return list.compactMap { $0["schedule"]?["cron"]?.string }.sorted()
    }
    func add(_ cron: String, _ slug: String) async throws {
      _ = try await call("deployment", "schedule", "create", name, "--cron", cron, "--slug", slug)
    }
    try await add("0 9 * * *", "daily")
    try await add("*/15 * * * *", "quarter-hourly")
    _ = try await call("deployment", "set-schedule", name, "--cron", "0 8 * * *")
    #expect(try await crons() == ["0 8 * * *"])
    _ = try await call("deployment", "clear-schedule", name, "-y")
    #expect(try await crons().isEmpty)
    try await add("0 9 * * *", "daily")
    // The slug of the old one is that of the new one.
    _ = try await call(
      "deployment", "schedule", "create", name, "--cron", "0 7 * * *", "--slug", "daily", "--replace", "-y")
    #expect(try await crons() == ["0 7 * * *"])
    _ = try await call("deployment", "schedule", "clear", name, "-y")
    #expect(try await crons().isEmpty)
  }

  @Test("Parameters of a run are checked before anything is sent, and go over the deployment's")
  func parameters() async throws {
    let name = try await deployment()
    let wrong = try await call("deployment", "run", name, "-p", "n=x", code: 3)
    #expect(wrong.errors.contains("n must be an integer"))
    let unknown = try await call("deployment", "run", name, "-p", "m=1", code: 3)
    #expect(unknown.errors.contains("has no parameter m"))
    let none = try json(try await call("flow-run", "ls", "--deployment", name, "-o", "json"))
    #expect(none == [])
    let run = try json(
      try await call(
        "deployment", "run", name, "-p", "n=5", "--params", #"{"region": "DK"}"#, "--tag", "t1",
        "--job-variable",
        "env.Y=2", "--at", "2099-01-01", "-o", "json"))
    #expect(run["parameters"] == ["region": "DK", "n": 5])
    #expect(run["tags"]?.array?.contains("t1") == true && run["job_variables"] == ["env.Y": 2])
    #expect(run["expected_start_time"]?.string?.hasPrefix("2099-01-01T00:00:00") == true)
  }

  @Test("A run is cancelled, scheduled once more, and deleted")
  func runs() async throws {
    let name = try await deployment()
    let title = "later-\(suffix)"
    _ = try await call("deployment", "run", name, "--in", "2h", "--flow-run-name", title)
    #expect(try await call("flow-run", "ls", "--pool", "pool-\(suffix)").output.contains(title))
    _ = try await call("flow-run", "retry", title, code: 5)
    _ = try await call("flow-run", "cancel", title)
    #expect(try json(try await call("flow-run", "inspect", title))["state"]?["type"] == "CANCELLED")
    let again = try await call("flow-run", "cancel", title, code: 5)
    #expect(again.errors.contains("already in terminal state CANCELLED"))
    _ = try await call("flow-run", "retry", title)
    let scheduled = try await call("flow-run", "ls", "--state-type", "scheduled", "--deployment", name)
    #expect(scheduled.output.contains(title))
    _ = try await call("flow-run", "delete", title)
    _ = try await call("flow-run", "inspect", title, code: 3)
  }

  @Test("A completed run that its process had repeated is found by workers when it is scheduled once more")
  func retryOfRepeated() async throws {
    let (name, server) = (try await deployment(), try server())
    let deployment = try #require(
      try json(try await call("deployment", "inspect", name))["id"]?.string.flatMap(UUID.init(uuidString:)))
    var create = Prefect.DeploymentFlowRunCreate(parameters: ["region": "NO"])
    create.empiricalPolicy = Prefect.FlowRunPolicy(retries: 2, retryDelay: 0)
    let run = try await server.createFlowRun(deployment: deployment, create)
    for type in [Prefect.StateType.pending, .running, .failed, .running, .completed] {
      _ = try await server.setFlowRunState(run.id, Prefect.StateCreate(type))
    }
    let ended = try await server.flowRun(run.id)
    #expect(ended.stateType == .completed && ended.policy.isRetriedInProcess)
    _ = try await call("flow-run", "retry", run.name)
    let found = try await server.scheduledFlowRuns(
      pool: "pool-\(suffix)", queues: [], before: Date().addingTimeInterval(60), limit: 10)
    #expect(found.map(\.flowRun.id) == [run.id])
  }

  @Test(
    "Watching ends when the run does, with its states and lines, and with 1 unless it completed",
    arguments: [true, false])
  func watch(completes: Bool) async throws {
    let name = try await deployment()
    let server = try server()
    let title = "watched-\(suffix)"
    async let watching = call(
      "deployment", "run", name, "--watch", "--watch-interval", "0.2",
      "--flow-run-name", title, code: completes ? 0 : 1)
    var found: Prefect.FlowRun?
    while found == nil { found = try? await server.existingFlowRun(title) }
    let run = try #require(found)
    _ = try await server.setFlowRunState(run.id, Prefect.StateCreate(.running))
    try await server.createLogs([
      Prefect.LogCreate(
        name: "prefect.flow_runs", level: .warning, message: "careful", timestamp: Date(), flowRunID: run.id)
    ])
    _ = try await server.setFlowRunState(
      run.id, Prefect.StateCreate(completes ? .completed : .failed, message: "the end"))
    let output = try await watching.output
    for part in ["| Running", "WARNING | careful", ": the end"] {
      #expect(output.contains(part), "\(output)")
    }
    let logs = try await call("flow-run", "logs", title, "--follow", "--watch-interval", "0.1")
    #expect(logs.output.contains("careful"))
    #expect(try await call("flow-run", "logs", title, "--level", "ERROR").output.isEmpty)
    _ = try await call("flow-run", "watch", title, "--watch-interval", "0.1", code: completes ? 0 : 1)
  }

  @Test("A run that goes on for too long is a transient failure of watching")
  func watchTimeout() async throws {
    let name = try await deployment()
    let ending = try await call("deployment", "run", name, "--watch", "--watch-timeout", "0.1", code: 4)
    #expect(ending.errors.contains("has not ended in time: it is Scheduled"))
  }

  @Test("A work pool is created, limited, paused, resumed and deleted")
  func pools() async throws {
    let name = "own-\(suffix)"
    _ = try await call("work-pool", "create", name, "-t", "process", "--concurrency-limit", "3")
    let made = try json(try await call("work-pool", "inspect", name))
    #expect(made["concurrency_limit"] == 3)
    // What Prefect publishes for the type.
    #expect(made["base_job_template"]?["job_configuration"]?["command"] == "{{ command }}")
    _ = try await call("work-pool", "create", name, code: 3)
    _ = try await call("work-pool", "create", name, "--type", "docker", "--overwrite", code: 3)
    _ = try await call("work-pool", "pause", name)
    #expect(try json(try await call("work-pool", "inspect", name))["is_paused"] == true)
    _ = try await call("work-pool", "resume", name)
    _ = try await call("work-pool", "set-concurrency-limit", name, "7")
    #expect(try json(try await call("work-pool", "inspect", name))["concurrency_limit"] == 7)
    _ = try await call("work-pool", "clear-concurrency-limit", name)
    #expect(try json(try await call("work-pool", "inspect", name))["concurrency_limit"] == .null)
    #expect(try await call("work-pool", "ls").output.contains(name))
    _ = try await call("work-pool", "delete", name)
    _ = try await call("work-pool", "pause", name, code: 3)
  }

  @Test("Variables, limits and artifacts are made, shown and taken away")
  func smallThings() async throws {
    let name = "v_\(suffix)"
    _ = try await call("variable", "set", name, #"{"a": 1}"#)
    _ = try await call("variable", "set", name, "2", code: 3)
    #expect(try json(try await call("variable", "get", name)) == ["a": 1])
    _ = try await call("variable", "set", name, "text", "--overwrite")
    #expect(try await call("variable", "get", name).output == "text\n")
    #expect(try await call("variable", "ls").output.contains(name))
    _ = try await call("variable", "delete", name)
    _ = try await call("variable", "get", name, code: 3)

    let tag = "tag-\(suffix)"
    _ = try await call("concurrency-limit", "create", tag, "2")
    #expect(try json(try await call("concurrency-limit", "inspect", tag))["concurrency_limit"] == 2)
    _ = try await call("concurrency-limit", "reset", tag)
    _ = try await call("concurrency-limit", "delete", tag)
    _ = try await call("concurrency-limit", "inspect", tag, code: 3)

    let key = "key-\(suffix)"
    for text in ["one", "two"] {
      _ = try await server().createArtifact(
        Prefect.ArtifactCreate(type: "markdown", key: key, data: .string(text)))
    }
    #expect(try await call("artifact", "ls").output.contains(key))
    let versions = try json(try await call("artifact", "inspect", key)).array
    #expect(versions?.map { $0["data"] } == ["two", "one"])
    #expect(try await call("artifact", "delete", key).output.contains("Deleted 2 artifact(s)"))
    _ = try await call("artifact", "inspect", key, code: 3)
  }

  @Test("Block types are registered once, and blocks are created, left alone and changed, secrets masked")
  func blocks() async throws {
    _ = try await call("block", "register")
    let again = try json(try await call("block", "register", "-o", "json"))
    #expect(again["registered"]?.array?.allSatisfy { $0["status"] == "unchanged" } == true)
    #expect(try await call("block", "type", "ls").output.contains("dhis2-credentials"))
    let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-blocks-\(suffix)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let name = "b-\(suffix)"
    func write(_ password: String) throws {
      try """
      type: dhis2-credentials
      name: \(name)
      values: {base_url: "https://dhis2.example.org", username: etl, password: "\(password)"}
      """.write(to: folder.appending(path: "one.yaml"), atomically: true, encoding: .utf8)
    }
    func status() async throws -> JSONValue? {
      try json(try await call("block", "apply", folder.path, "-o", "json"))["blocks"]?[0]?["status"]
    }
    try write("first-password-1")
    #expect(try await status() == "created")
    #expect(try await status() == "unchanged")
    try write("second-password-2")
    #expect(try await status() == "differs")
    let changed = try await call("block", "apply", folder.path, "--overwrite")
    #expect(changed.output.contains("changed") && !changed.output.contains("second-password-2"))
    #expect(try await status() == "unchanged")
    let shown = try json(try await call("block", "inspect", "dhis2-credentials/\(name)"))
    #expect(shown["data"]?["password"] == "********" && shown["data"]?["username"] == "etl")
    #expect(try await call("block", "ls").output.contains("dhis2-credentials/\(name)"))
    _ = try await call("block", "delete", "dhis2-credentials/\(name)")
    _ = try await call("block", "inspect", "dhis2-credentials/\(name)", code: 3)
  }

  @Test("A block names another, and a missing one is an error")
  func blockReferences() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-blocks-\(suffix)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (keys, bucket) = ("k-\(suffix)", "s-\(suffix)")
    try
      "type: s3-bucket\nname: \(bucket)\nvalues: {bucket_name: data, credentials: minio-credentials/\(keys)}\n"
      .write(to: folder.appending(path: "a.yaml"), atomically: true, encoding: .utf8)
    try """
    type: minio-credentials
    name: \(keys)
    values: {minio_root_user: u, minio_root_password: "made-up-password"}
    """.write(to: folder.appending(path: "b.yaml"), atomically: true, encoding: .utf8)
    _ = try await call("block", "apply", folder.path)
    let block = try #require(
      try await server().blockDocument(type: "s3-bucket", name: bucket, includeSecrets: true))
    #expect(block.data["credentials"]?["minio_root_password"] == "made-up-password")
    let again = try json(try await call("block", "apply", folder.path, "-o", "json"))
    #expect(again["blocks"]?.array?.allSatisfy { $0["status"] == "unchanged" } == true)
    try
      "type: s3-bucket\nname: x-\(bucket)\nvalues: {bucket_name: data, credentials: minio-credentials/none}\n"
      .write(to: folder.appending(path: "c.yaml"), atomically: true, encoding: .utf8)
    let failing = try await call("block", "apply", folder.path, code: 3)
    #expect(failing.output.contains("the server has no block minio-credentials/none"))
  }

  @Test("Without dhis2 in the environment or a document, every place that was searched is named")
  func missingBlock() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-blocks-\(suffix)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let ending = try await call("block", "apply", folder.path, "--environment", code: 3)
    #expect(
      ending.errors.contains("DHIS2_BASE_URL") && ending.errors.contains("documents in \(folder.path)/"))
  }
}
