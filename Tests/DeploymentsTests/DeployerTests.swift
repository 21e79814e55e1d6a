import Essentials
import FlowKit
import JSON
import PrefectAPI
import Testing

@testable import Deployments

@Suite("Deploying") struct DeployerTests {
  private static let yaml = """
    deployments:
      - name: hello
        entrypoint: greeting
        parameters: {times: 2}
        schedules:
          - cron: "0 6 * * *"
            slug: early
    """

  private func set(_ yaml: String = Self.yaml, env: String? = nil, names: [String] = []) async throws
    -> DeploymentSet
  {
    try await Samples.set(yaml, selection: DeploymentSelection(environment: env, names: names))
  }

  private func deploy(
    _ server: FakeServer, _ yaml: String = Self.yaml, env: String? = nil,
    _ adjust: (inout Deployer) -> Void = { _ in }
  ) async throws -> DeploymentReport {
    var deployer = Deployer(server: server)
    adjust(&deployer)
    return try await deployer.deploy(try await set(yaml, env: env))
  }

  private func changed(_ from: String, _ to: String) -> String { Self.yaml.replacing(from, with: to) }

  @Test("A new deployment is made with everything that is declared")
  func create() async throws {
    let server = FakeServer()
    let report = try await deploy(server)
    #expect(report.rows.map(\.status) == [.applied])
    let made = try await server.deployment("greeting/hello")
    #expect(made.id == report.rows[0].id)
    #expect(made.parameters == ["times": 2])
    #expect(made.description == "Greets.")
    #expect(made.entrypoint == "greeting")
    #expect(made.workPoolName == "default")
    #expect(made.paused == false)
    #expect(made.enforceParameterSchema)
    #expect(made.schedules.map(\.slug) == ["early"])
    #expect(made.labels["sluice.project"] == "test")
    #expect(made.parameterOpenapiSchema == (try FlowDescription(of: Greeting.self)).schema.document)
    #expect(report.table.hasSuffix("Successfully created/updated all deployments!"))
  }

  @Test("A second time nothing is sent, so that the schedule keeps its identity and its planned runs")
  func unchanged() async throws {
    let server = FakeServer()
    _ = try await deploy(server)
    let before = try await server.deployment("greeting/hello").schedules
    await server.forgetWrites()
    let report = try await deploy(server)
    #expect(await server.writes.isEmpty)
    #expect(report.rows.map(\.status) == [.unchanged])
    #expect(try await server.deployment("greeting/hello").schedules == before)
  }

  @Test("A change of something else leaves schedules their identity")
  func change() async throws {
    let server = FakeServer()
    _ = try await deploy(server)
    let before = try await server.deployment("greeting/hello").schedules
    await server.forgetWrites()
    let report = try await deploy(server, changed("times: 2", "times: 3"))
    #expect(await server.writes == ["PATCH greeting/hello"])
    #expect(report.rows[0].details == "parameters")
    let after = try await server.deployment("greeting/hello")
    #expect(after.parameters == ["times": 3])
    #expect(after.schedules == before)
  }

  @Test("What is no longer declared is cleared")
  func clear() async throws {
    let server = FakeServer()
    let settings = changed(
      "parameters: {times: 2}",
      "version: '1'\n    concurrency_limit: 2\n    tags: [a]\n    parameters: {times: 2}")
    _ = try await deploy(server, settings)
    #expect(try await server.deployment("greeting/hello").globalConcurrencyLimit?.limit == 2)
    _ = try await deploy(server)
    let after = try await server.deployment("greeting/hello")
    #expect(after.version == nil && after.tags == [] && after.globalConcurrencyLimit == nil)
    // Together with a change of the schedules, too: a creation alone does not clear.
    _ = try await deploy(server, settings)
    _ = try await deploy(server, changed("0 6", "0 7"))
    #expect(try await server.deployment("greeting/hello").version == nil)
    await server.forgetWrites()
    _ = try await deploy(server, changed("0 6", "0 7"))
    #expect(await server.writes.isEmpty)
  }

  @Test("A schedule that somebody paused is never resumed, whatever changes; --reset-schedules overrules")
  func pausedSchedule() async throws {
    let server = FakeServer()
    _ = try await deploy(server)
    try await server.setSchedule(0, of: "greeting/hello", active: false)
    await server.forgetWrites()
    let report = try await deploy(server)
    #expect(await server.writes.isEmpty)
    #expect(report.rows[0].details == "schedule early (cron 0 6 * * *) was paused on the server")
    #expect(report.table.hasSuffix("What somebody set on the server was left so; see --reset-schedules."))
    _ = try await deploy(server, changed("times: 2", "times: 3"))
    _ = try await deploy(server, changed("0 6", "0 7"))
    let later = try await server.deployment("greeting/hello").schedules
    #expect(later.map(\.active) == [false])
    #expect(later.map(\.schedule) == [.cron("0 7 * * *")])
    _ = try await deploy(server, changed("0 6", "0 7")) { $0.resetsSchedules = true }
    #expect(try await server.deployment("greeting/hello").schedules.map(\.active) == [true])
  }

  @Test("A schedule that somebody set stays")
  func setSchedule() async throws {
    let server = FakeServer()
    _ = try await deploy(server)
    try await server.setSchedules([.init(.cron("0 8 * * *"))], of: "greeting/hello")
    let report = try await deploy(server, changed("times: 2", "times: 4"))
    #expect(report.rows[0].details.contains("schedule \"cron 0 8 * * *\" was set on the server"))
    #expect(try await server.deployment("greeting/hello").schedules.map(\.schedule) == [.cron("0 8 * * *")])
  }

  @Test("A deployment that somebody paused stays paused")
  func pausedDeployment() async throws {
    let server = FakeServer()
    for yaml in [Self.yaml, changed("parameters: {times: 2}", "paused: false")] {
      _ = try await deploy(server, yaml)
      try await server.set("paused", to: true, of: "greeting/hello")
      _ = try await deploy(server, yaml.replacing("0 6", with: "0 5"))
      #expect(try await server.deployment("greeting/hello").paused)
    }
  }

  @Test("A deployment that another tool made is taken over with its schedules")
  func adopt() async throws {
    let server = FakeServer()
    let flow = try await server.makeFlow("greeting")
    var foreign = Prefect.DeploymentCreate(name: "hello", flowID: flow.id)
    foreign.schedules = [.init(.cron("0 4 * * *"), active: false)]
    _ = try await server.write(foreign)
    let report = try await deploy(server)
    let after = try await server.deployment("greeting/hello")
    #expect(after.labels["sluice.project"] == "test")
    #expect(after.schedules.map(\.schedule) == [.cron("0 4 * * *")])
    #expect(after.schedules.map(\.active) == [false])
    #expect(report.rows[0].details.contains("was set on the server"))
  }

  @Test("A deployment of another project is left alone, and nothing is deployed")
  func foreignProject() async throws {
    let server = FakeServer()
    _ = try await deploy(server, "name: other\n" + Self.yaml)
    await server.forgetWrites()
    let said = await Samples.complaint { _ = try await deploy(server) }
    #expect(
      said.contains(
        "flow/prefect.yaml:2: the deployment greeting/hello on the server belongs to the project other"))
    #expect(await server.writes.isEmpty)
  }

  @Test("A missing work pool is an error, or made where that is asked for")
  func missingPool() async throws {
    let server = FakeServer(pools: [:])
    let said = await Samples.complaint { _ = try await deploy(server) }
    #expect(said.contains("flow/prefect.yaml:2: there is no work pool default"))
    #expect(said.contains("`sluice work-pool create --type process default`"))
    #expect(said.contains("--create-pool"))
    _ = try await deploy(server) { $0.createsPools = true }
    #expect(await server.writes == ["POST pool default", "POST greeting/hello"])
  }

  @Test("Deployments that do not fit their pool are told before anything is written")
  func misfits() async throws {
    let server = FakeServer(pools: ["default": "process", "docker": "docker"])
    let said = await Samples.complaint {
      _ = try await deploy(
        server,
        """
        deployments:
          - {name: a, entrypoint: greeting}
          - {name: b, entrypoint: greeting, work_pool: {job_variables: {image: x}}}
          - {name: c, entrypoint: greeting, infrastructure: docker, work_pool: {job_variables: {cpus: 2}}}
        """)
    }
    #expect(said.contains("flow/prefect.yaml:3: greeting/b: image means nothing"), "\(said)")
    #expect(
      said.contains(
        "flow/prefect.yaml:4: greeting/c: work pool docker (docker): the pool's template has no job variable cpus"
      ))
    #expect(await server.writes.isEmpty)
  }

  @Test("One that fails does not keep the others, nothing is pruned then, and the report says so")
  func failure() async throws {
    let server = FakeServer()
    _ = try await deploy(server, "deployments: [{name: gone, entrypoint: greeting}]")
    await server.refuse("greeting/a")
    let report = try await deploy(
      server, "deployments: [{name: a, entrypoint: greeting}, {name: b, entrypoint: greeting}]"
    ) { $0.prunes = true }
    #expect(report.rows.map(\.status) == [.failed, .applied, .unchanged])
    #expect(report.failure?.kind == .rejected)
    #expect(report.table.hasSuffix("1 of 3 failed."))
    #expect(await server.names == ["greeting/b", "greeting/gone"])
  }

  @Test("The plan is grouped by work pool, shows what changes, what is skipped, and writes nothing")
  func plan() async throws {
    let server = FakeServer(pools: ["default": "process", "big": "docker"])
    _ = try await deploy(server)
    await server.forgetWrites()
    let yaml =
      changed("times: 2", "times: 3") + """

          - {name: heavy, entrypoint: greeting, work_pool: {name: big}}
          - {name: light, entrypoint: greeting}
          - {name: far, entrypoint: greeting, environments: [prod]}
        """
    var deployer = Deployer(server: server)
    deployer.image = "ref"
    let plan = try await deployer.plan(try await set(yaml))
    #expect(
      plan.description == """
        work pool big
          + greeting/heavy  create
        work pool default
          ~ greeting/hello  update: parameters
          + greeting/light  create
        skipped
            greeting/far  only in prod (--env)
        """)
    #expect(!plan.isEmpty)
    #expect(plan.json["steps"]?[1]?["changes"] == ["parameters"])
    #expect(await server.writes.isEmpty)
    _ = try await deployer.apply(plan)
    #expect(try await server.deployment("greeting/heavy").jobVariables == ["image": "ref"])
  }

  @Test("The table and the document name every deployment")
  func report() async throws {
    let server = FakeServer()
    let report = try await deploy(server)
    #expect(
      report.table == """
        Name            Status   Details
        --------------------------------
        greeting/hello  applied  created

        Successfully created/updated all deployments!
        """)
    let row = try #require(report.json["deployments"]?[0])
    #expect(row["name"] == "greeting/hello" && row["status"] == "applied")
    #expect(row["id"]?.string?.count == 36)
  }
}

@Suite("Pruning") struct PruneTests {
  private let server = FakeServer()

  private func deploy(
    _ yaml: String, project: String = "test", env: String? = nil, names: [String] = [], prunes: Bool = false,
    flows: [any Flow.Type] = [Greeting.self, Copying.self]
  ) async throws -> DeploymentReport {
    var deployer = Deployer(server: server)
    deployer.prunes = prunes
    return try await deployer.deploy(
      try await Samples.set(
        "name: \(project)\n" + yaml, flows: flows,
        selection: DeploymentSelection(environment: env, names: names)))
  }

  @Test("Only what this project deployed to this environment is removed, and flows left empty")
  func removes() async throws {
    _ = try await deploy("deployments: [{name: a, entrypoint: greeting}, {name: b, entrypoint: copying}]")
    _ = try await deploy("deployments: [{name: p, entrypoint: greeting}]", env: "prod")
    _ = try await deploy("deployments: [{name: o, entrypoint: greeting}]", project: "other")
    let flow = try await server.makeFlow("by-hand")
    _ = try await server.write(Prefect.DeploymentCreate(name: "x", flowID: flow.id))
    await server.forgetWrites()
    let report = try await deploy("deployments: [{name: c, entrypoint: greeting}]", prunes: true)
    let writes = await server.writes
    #expect(writes.first == "POST greeting/c" && writes.last == "DELETE copying")
    #expect(
      writes.sorted() == ["DELETE copying", "DELETE copying/b", "DELETE greeting/a", "POST greeting/c"])
    #expect(await server.names == ["by-hand/x", "greeting/c", "greeting/o", "greeting/p"])
    #expect(Set(report.rows.map(\.name)) == ["greeting/c", "greeting/a", "copying/b", "copying"])
    #expect(report.rows.last?.details == "flow without deployments")
  }

  @Test("A deployment of no environment is not made anew for each, and goes with the one it was deployed to")
  func everywhere() async throws {
    let yaml = "deployments: [{name: a, entrypoint: greeting, schedules: [{cron: 0 6 * * *}]}]"
    _ = try await deploy(yaml, env: "prod")
    await server.forgetWrites()
    for environment in ["dev", nil, "prod"] {
      let report = try await deploy(yaml, env: environment)
      #expect(report.rows.map(\.status) == [.unchanged])
    }
    #expect(await server.writes.isEmpty)
    let other = "deployments: [{name: b, entrypoint: greeting}]"
    _ = try await deploy(other, env: "dev", prunes: true)
    #expect(await server.names == ["greeting/a", "greeting/b"])
    _ = try await deploy(other, env: "prod", prunes: true)
    #expect(await server.names == ["greeting/b"])
  }

  @Test("The plan tells which flows go with their runs")
  func planned() async throws {
    _ = try await deploy("deployments: [{name: a, entrypoint: greeting}, {name: b, entrypoint: copying}]")
    var deployer = Deployer(server: server)
    deployer.prunes = true
    let plan = try await deployer.plan(
      try await Samples.set("deployments: [{name: c, entrypoint: greeting}]"))
    #expect(
      plan.description.contains("- greeting/a  delete\n")
        || plan.description.hasSuffix("- greeting/a  delete"))
    #expect(
      plan.description.contains(
        "- copying/b  delete: with its flow and the flow's runs, as no deployment is left"))
  }

  @Test("A removal that fails is reported with those that did not")
  func failure() async throws {
    _ = try await deploy(
      "deployments: [{name: a, entrypoint: greeting}, {name: b, entrypoint: greeting}, {name: c, entrypoint: copying}]"
    )
    await server.refuse("greeting/a")
    await server.refuse("copying")
    let report = try await deploy("deployments: [{name: d, entrypoint: greeting}]", prunes: true)
    let rows = Dictionary(uniqueKeysWithValues: report.rows.map { ($0.name, $0.status) })
    #expect(
      rows == [
        "greeting/d": .applied, "greeting/a": .failed, "greeting/b": .pruned, "copying/c": .pruned,
        "copying": .failed,
      ])
    #expect(report.failure?.kind == .rejected)
  }

  @Test("Without --prune nothing is removed")
  func notAsked() async throws {
    _ = try await deploy("deployments: [{name: a, entrypoint: greeting}]")
    _ = try await deploy("deployments: [{name: b, entrypoint: greeting}]")
    #expect(await server.names == ["greeting/a", "greeting/b"])
  }

  @Test("What is skipped for its branch is kept; what left the environment goes")
  func skipped() async throws {
    let all =
      "deployments: [{name: a, entrypoint: greeting}, {name: b, entrypoint: greeting}, {name: c, entrypoint: greeting}]"
    _ = try await deploy(all, env: "prod")
    _ = try await deploy(
      "deployments: [{name: a, entrypoint: greeting, branch: main}, {name: b, entrypoint: greeting, environments: [dev]}, {name: c, entrypoint: greeting, environments: [prod]}]",
      env: "prod", prunes: true)
    #expect(await server.names == ["greeting/a", "greeting/c"])
  }

  @Test("Pruning is refused with names, and where nothing is declared")
  func refused() async throws {
    _ = try await deploy("deployments: [{name: a, entrypoint: greeting}]")
    let names = await Samples.complaint {
      _ = try await deploy("deployments: [{name: a, entrypoint: greeting}]", names: ["a"], prunes: true)
    }
    #expect(names.contains("pruning needs all deployments, not some of them by name"))
    let none = await Samples.complaint { _ = try await deploy("deployments: []", prunes: true) }
    #expect(none.contains("pruning would remove everything of the project test"))
    #expect(await server.names == ["greeting/a"])
  }
}
