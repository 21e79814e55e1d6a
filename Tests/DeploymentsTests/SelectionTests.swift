import FlowKit
import JSON
import Testing

@testable import Deployments

@Suite("Environments, branches and names") struct SelectionTests {
  private static let yaml = """
    deployments:
      - name: everywhere
        entrypoint: greeting
      - name: placed
        entrypoint: greeting
        parameters: {name: base, times: 2}
        schedules:
          - cron: "0 6 * * *"
        work_pool:
          name: small
          job_variables: {env: {A: "1", B: "2"}}
        environments:
          prod:
            parameters: {times: 5}
            work_pool: {job_variables: {env: {B: "3"}}}
          dev:
            schedules: []
            infrastructure: worker
    """

  private func set(_ selection: DeploymentSelection) async throws -> DeploymentSet {
    try await Samples.set(Self.yaml, selection: selection)
  }

  @Test("Without --env deployments that have environments are skipped, and listed")
  func withoutEnvironment() async throws {
    let set = try await set(DeploymentSelection())
    #expect(set.entries.map(\.name) == ["greeting/everywhere"])
    #expect(set.skipped.map(\.name) == ["greeting/placed"])
    #expect(set.skipped[0].reason == "only in dev, prod (--env)")
  }

  @Test("An environment's own settings are laid over: mappings key by key, the rest replaced")
  func overrides() async throws {
    let prod = try #require(try await set(DeploymentSelection(environment: "prod")).entries.last).deployment
    #expect(prod.parameters == ["name": "base", "times": 5])
    #expect(prod.workPool == .init("small", jobVariables: ["env": ["A": "1", "B": "3"]]))
    #expect(prod.schedules == [.cron("0 6 * * *")])
    let dev = try #require(try await set(DeploymentSelection(environment: "dev")).entries.last).deployment
    #expect(dev.schedules.isEmpty)
    #expect(dev.infrastructure == .init(.worker))
  }

  @Test("An environment that no deployment names is refused, for it is a slip of the pen")
  func unknownEnvironment() async {
    let said = await Samples.complaint { _ = try await set(DeploymentSelection(environment: "pord")) }
    #expect(said.contains("there is no environment pord. The deployments name dev, prod."))
  }

  @Test("Deployments are picked by their name, or with the flow's")
  func names() async throws {
    #expect(try await set(DeploymentSelection(names: ["everywhere"])).entries.count == 1)
    #expect(try await set(DeploymentSelection(names: ["greeting/everywhere"])).entries.count == 1)
    #expect(try await set(DeploymentSelection(names: ["placed"])).skipped.count == 1)
    let said = await Samples.complaint { _ = try await set(DeploymentSelection(names: ["elsewhere"])) }
    #expect(
      said.contains("there is no deployment elsewhere. There are: greeting/everywhere, greeting/placed."))
  }

  @Test("A star in a name stands for any part of it")
  func stars() async throws {
    for (pattern, count) in [
      ("greeting/*", 1), ("*/everywhere", 1), ("every*", 1), ("*r*w*re", 1), ("*/plac*", 0),
    ] {
      #expect(
        try await set(DeploymentSelection(names: [pattern])).entries.count == count, "\(pattern)")
    }
    for pattern in ["copying/*", "*nowhere", "e*everywhere"] {
      let said = await Samples.complaint { _ = try await set(DeploymentSelection(names: [pattern])) }
      #expect(said.contains("there is no deployment \(pattern)"), "\(said)")
    }
  }

  @Test("A branch is the only one that is deployed from; elsewhere the deployment is skipped and kept")
  func branch() async throws {
    let yaml = Samples.greeting("branch: main")
    let from = { (branch: String?) in
      try await Samples.set(yaml, selection: DeploymentSelection(branch: branch))
    }
    #expect(try await from("main").entries.count == 1)
    let other = try await from("try-out")
    #expect(other.entries.isEmpty)
    #expect(other.skipped[0].reason == "only from branch main; this is try-out")
    #expect(other.skipped[0].isKept)
    #expect(try await from(nil).skipped[0].reason.contains("the branch is not known (--branch)"))
  }

  @Test("Where there is a clone, the branch is what it clones")
  func branchOfClone() async throws {
    let deployment = try await Samples.deployment(
      """
      branch: release
      pull:
        - prefect.deployments.steps.git_clone: {repository: https://example.org/x.git}
      """)
    #expect(deployment.pullSteps == [.gitClone("https://example.org/x.git", branch: "release")])
  }
}

@Suite("Deployments beside a flow") struct RegistryTests {
  private func set(_ environment: String?) throws -> DeploymentSet {
    try DeploymentSet(
      Catalogue([Registered.self]), project: "p", selection: DeploymentSelection(environment: environment))
  }

  @Test("They are deployed without a manifest, each where it belongs")
  func code() throws {
    #expect(try set(nil).entries.map(\.name) == ["registered/default"])
    let prod = try set("prod")
    #expect(prod.entries.map(\.name) == ["registered/daily", "registered/default"])
    #expect(prod.entries[0].deployment.parameters == ["level": 3])
    #expect(prod.entries[0].place == "the code of flow registered")
    #expect(try set("dev").entries[0].deployment.paused == true)
  }

  @Test("What a manifest says of the same deployment is laid over what the code says")
  func both() async throws {
    let set = try await Samples.set(
      """
      deployments:
        - name: daily
          entrypoint: registered
          description: By hand.
          infrastructure: {cpu: 2}
      """, flows: [Registered.self], selection: DeploymentSelection(environment: "prod"))
    let deployment = set.entries[0].deployment
    #expect(set.entries.map(\.name) == ["registered/daily", "registered/default"])
    #expect(deployment.description == "By hand.")
    #expect(deployment.parameters == ["level": 3])
    #expect(deployment.schedules == [.cron("0 9 * * *", timezone: "Europe/Oslo")])
    #expect(deployment.infrastructure == .init(.ecs, cpu: 2, memory: 1024))
  }

  private struct Faulty: Flow {
    static let name = "faulty"
    static let summary = "Its author made mistakes."
    static let deployments = [
      Deployment(name: "a", schedules: [.cron("nine o'clock")], parameters: ["colour": "red"]),
      Deployment(name: "a"),
    ]
    func run(_ run: FlowRun) async throws -> Int { 0 }
  }

  @Test("Mistakes in code are told with the flow's name")
  func mistakes() async {
    let said = await Samples.complaint { _ = try DeploymentSet(Catalogue([Faulty.self]), project: "p") }
    #expect(said.contains("the code of flow faulty: two deployments have the name a"), "\(said)")
    #expect(said.contains("the cron expression \"nine o'clock\" has 2 fields"))
    #expect(said.contains("the flow faulty has no parameter colour"))
  }
}
