import Essentials
import FlowKit
import Foundation
import JSON
import PrefectAPI
import PrefectClient
import PrefectTesting
import Testing

@testable import Deployments

extension LiveServer {
  /// A pool of its own.
  fileprivate static func pool(type: String = "process") async throws -> String {
    try await client.createWorkPool(Prefect.WorkPoolCreate(name: unique("deploy"), type: type)).name
  }

  /// The runs that a deployment's schedules have planned; asked for until there are some.
  fileprivate static func plannedRuns(of id: UUID) async throws -> Set<UUID> {
    var filters = Prefect.Filters()
    filters.flowRuns = Prefect.FlowRunFilter()
    filters.flowRuns?.deploymentID = .any(id)
    let planned = try await eventually {
      let runs = try await client.flowRuns(filters)
      return runs.isEmpty ? nil : Set(runs.map(\.id))
    }
    return planned ?? []
  }
}

@Suite(
  "Deploying to a real Prefect server", .serialized, .enabled(if: LiveServer.isThere),
  .timeLimit(.minutes(5)))
struct LiveDeployTests {
  private let client = LiveServer.client

  private func yaml(_ pool: String, _ settings: String = "parameters: {times: 2}", cron: String = "0 6 * * *")
    -> String
  {
    """
    deployments:
      - name: \(pool)
        entrypoint: greeting
        tags: [live]
        \(settings)
        schedules:
          - {cron: "\(cron)", timezone: Europe/Oslo, slug: early, parameters: {loud: true}}
          - {interval: PT15M, anchor_date: "2026-01-01T00:00:00Z", active: false}
          - {rrule: "FREQ=WEEKLY;BYDAY=MO", timezone: UTC}
        pull:
          - prefect.deployments.steps.set_working_directory: {directory: /tmp}
        work_pool:
          name: \(pool)
          job_variables: {env: {A: "1"}, command: "echo hi"}
    """
  }

  private func deploy(
    _ yaml: String, project: String = "live", _ adjust: (inout Deployer) -> Void = { _ in }
  ) async throws -> DeploymentReport {
    var deployer = Deployer(client)
    adjust(&deployer)
    return try await deployer.deploy(try await Samples.set("name: \(project)\n" + yaml))
  }

  private func deployment(_ name: String) async throws -> Prefect.Deployment {
    try #require(try await client.deployment(flow: "greeting", name: name))
  }

  @Test("A second time the server is not written to: schedules and planned runs stay as they are")
  func unchanged() async throws {
    let pool = try await LiveServer.pool()
    let report = try await deploy(yaml(pool, "concurrency_limit: {limit: 2, collision_strategy: CANCEL_NEW}"))
    #expect(report.rows.map(\.status) == [.applied], "\(report.table)")
    let before = try await deployment(pool)
    #expect(before.globalConcurrencyLimit?.limit == 2)
    #expect(before.concurrencyOptions?.collisionStrategy == .cancelNew)
    #expect(before.schedules.count == 3)
    let planned = try await LiveServer.plannedRuns(of: before.id)
    #expect(!planned.isEmpty)
    let second = try await deploy(yaml(pool, "concurrency_limit: {limit: 2, collision_strategy: CANCEL_NEW}"))
    #expect(second.rows.map(\.status) == [.unchanged], "\(second.table)")
    let after = try await deployment(pool)
    #expect(after.updated == before.updated)
    #expect(Set(after.schedules.map(\.id)) == Set(before.schedules.map(\.id)))
    #expect(try await LiveServer.plannedRuns(of: before.id).isSuperset(of: planned))
  }

  @Test("A change keeps the schedules' identity; a changed schedule keeps what people set on the others")
  func changes() async throws {
    let pool = try await LiveServer.pool()
    _ = try await deploy(yaml(pool, "concurrency_limit: 2"))
    let before = try await deployment(pool)
    _ = try await deploy(yaml(pool, "parameters: {times: 5}"))
    var after = try await deployment(pool)
    #expect(after.parameters == ["times": 5])
    #expect(after.globalConcurrencyLimit == nil)
    #expect(Set(after.schedules.map(\.id)) == Set(before.schedules.map(\.id)))

    let weekly = try #require(after.schedules.first { if case .rrule = $0.schedule { true } else { false } })
    try await client.updateSchedule(weekly.id, ofDeployment: after.id, .init(active: false))
    let report = try await deploy(yaml(pool, "parameters: {times: 5}", cron: "30 7 * * *"))
    #expect(report.rows[0].details.contains("was paused on the server"), "\(report.table)")
    after = try await deployment(pool)
    #expect(after.schedules.contains { $0.schedule == .cron("30 7 * * *", timezone: "Europe/Oslo") })
    #expect(after.schedules.filter { !$0.active }.count == 2)
    #expect(
      try await deploy(yaml(pool, "parameters: {times: 5}", cron: "30 7 * * *")).rows[0].status == .unchanged)
    _ = try await deploy(yaml(pool, "parameters: {times: 5}", cron: "30 7 * * *")) {
      $0.resetsSchedules = true
    }
    #expect(try await deployment(pool).schedules.filter { !$0.active }.count == 1)
  }

  @Test("A pause of the deployment stays through every kind of change")
  func paused() async throws {
    let pool = try await LiveServer.pool()
    _ = try await deploy(yaml(pool))
    try await client.setDeploymentPaused(try await deployment(pool).id, true)
    _ = try await deploy(yaml(pool, "parameters: {times: 3}"))
    #expect(try await deployment(pool).paused)
    _ = try await deploy(yaml(pool, "parameters: {times: 3}", cron: "0 9 * * *"))
    #expect(try await deployment(pool).paused)
  }

  @Test("Pruning removes what this project no longer declares, and flows left empty")
  func prune() async throws {
    let (pool, project) = (try await LiveServer.pool(), LiveServer.unique("project"))
    let both = yaml(pool) + "\n  - {name: \(pool)-b, entrypoint: copying, work_pool: {name: \(pool)}}\n"
    _ = try await deploy(both, project: project)
    let report = try await deploy(yaml(pool), project: project) { $0.prunes = true }
    #expect(
      report.rows.map { "\($0.name) \($0.status)" } == [
        "greeting/\(pool) unchanged", "copying/\(pool)-b pruned", "copying pruned",
      ])
    #expect(try await client.flow(named: "copying") == nil)
    _ = try await deployment(pool)
  }

  @Test("References are looked up on the server")
  func references() async throws {
    let pool = try await LiveServer.pool()
    let name = LiveServer.unique("greeted").replacing("-", with: "_")
    _ = try await client.createVariable(Prefect.VariableCreate(name: name, value: "Ada"))
    let client = client
    let set = try await Samples.set(
      yaml(pool, "parameters: {name: \"{{ prefect.variables.\(name) }}\"}"),
      lookUp: { try await client.lookUp($0) })
    #expect(set.entries[0].deployment.parameters == ["name": "Ada"])
    let said = await Samples.complaint {
      _ = try await Samples.set(
        yaml(pool, "description: \"{{ prefect.blocks.secret.no-such-block }}\""),
        lookUp: { try await client.lookUp($0) })
    }
    #expect(said.contains("refers to the block secret/no-such-block, which the server does not have"))
  }

  @Test("The templates that the server publishes have the variables that are checked here")
  func templates() async throws {
    let published = try await client.workerMetadata()
    for (package, type) in [
      ("prefect", "process"), ("prefect-docker", "docker"), ("prefect-kubernetes", "kubernetes"),
      ("prefect-aws", "ecs"),
    ] {
      let configuration = published[package]?[type]?["default_base_job_configuration"]?.object ?? [:]
      let theirs = Set(JobTemplate(type: "none", baseJobTemplate: configuration).names ?? [])
      let ours = Set(JobTemplate(type: type, baseJobTemplate: [:]).names ?? [])
      #expect(!theirs.isEmpty)
      #expect(theirs.isSubset(of: ours), "\(type): \(theirs.subtracting(ours))")
    }
  }

  @Test("Job variables are checked against the template that the pool has on the server")
  func templateOfPool() async throws {
    let pool = try await LiveServer.pool()
    _ = try await client.updateWorkPool(
      pool,
      {
        var update = Prefect.WorkPoolUpdate()
        update.baseJobTemplate = [
          "job_configuration": ["command": "{{ size }}"],
          "variables": ["type": "object", "properties": ["size": ["type": "string", "maxLength": 3]]],
        ]
        return update
      }())
    let said = await Samples.complaint {
      _ = try await deploy(
        "deployments: [{name: \(pool), entrypoint: greeting, work_pool: {name: \(pool), job_variables: {size: large}}}]"
      )
    }
    #expect(said.contains("the job variable size"), "\(said)")
  }

  @Test("The deploy program of the example deploys its flow, and says so")
  func example() async throws {
    if try await client.workPool("default") == nil {
      _ = try await client.createWorkPool(Prefect.WorkPoolCreate(name: "default", type: "docker"))
    }
    if let before = try await client.deployment(flow: "some_process", name: "default") {
      try await client.deleteDeployment(before.id)
    }
    let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
      path: "deploy-example")
    let process = Process()
    process.executableURL = program
    let output = Pipe()
    process.standardOutput = output
    var environment = ["PATH": "/usr/bin:/bin", "PREFECT_API_URL": LiveServer.apiURL ?? ""]
    environment["PREFECT_API_AUTH_STRING"] = LiveServer.authString
    process.environment = environment
    try process.run()
    let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(text.contains("some_process/default  applied  created"), "\(text)")
    #expect(text.contains("Successfully created/updated all deployments!"))
    let made = try #require(try await client.deployment(flow: "some_process", name: "default"))
    // Another test may have made the pool for processes, which take no image.
    let takesImage = try await client.workPool("default")?.type == "docker"
    #expect(made.jobVariables["image"] == (takesImage ? "ghcr.io/wherever/your/image" : nil))
    #expect(made.schedules.map(\.schedule) == [.cron("0 9 * * *")])
  }
}
