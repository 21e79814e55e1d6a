import FlowKit
import JSON
import Testing

@testable import Deployments

@Suite("References in manifests") struct SubstitutionTests {
  @Test("The environment gives values, or the default does")
  func environment() async throws {
    let settings = #"""
      description: "{{ $WHO }} and {{ $NOBODY:-somebody: else }}"
      tags: ["{{$WHO}}", "{{ $EMPTY:-full }}", "x{{ $EMPTY }}y"]
      concurrency_limit: "{{ $LIMIT:-3 }}"
      paused: "{{ $PAUSED:-true }}"
      version: "{{ $VERSION:-7 }}"
      schedules:
        - cron: "{{ $HOUR:-0 6 }} * * *"
      """#
    let deployment = try await Samples.deployment(settings, environment: ["WHO": "Ada", "EMPTY": ""])
    #expect(deployment.description == "Ada and somebody: else")
    #expect(deployment.tags == ["Ada", "full", "xy"])
    #expect(deployment.concurrencyLimit?.limit == 3)
    #expect(deployment.paused == true)
    #expect(deployment.version == "7")
    #expect(deployment.schedules == [.cron("0 6 * * *")])
  }

  @Test("A parameter is a number where the flow wants one, and stays a text where it wants a text")
  func parameterTypes() async throws {
    let deployment = try await Samples.deployment(
      #"parameters: {times: "{{ $N }}", name: "{{ $N }}", loud: "{{ $YES }}"}"#,
      environment: ["N": "4", "YES": "true"])
    #expect(deployment.parameters == ["times": 4, "name": "4", "loud": true])
  }

  @Test("Name and entry point may be references")
  func identity() async throws {
    let set = try await Samples.set(
      #"deployments: [{name: "{{ $NAME }}", entrypoint: "{{ $FLOW }}"}]"#,
      environment: ["NAME": "nightly", "FLOW": "greeting"])
    #expect(set.entries.map(\.name) == ["greeting/nightly"])
  }

  @Test("So may the name of the project, the version of Prefect and the names of environments")
  func head() async throws {
    let yaml = """
      name: "{{ $PROJECT }}"
      prefect-version: "{{ $PREFECT:-3.8.8 }}"
      deployments: [{entrypoint: greeting, environments: ["{{ $PLACE:-prod }}"]}]
      """
    let set = try await Samples.set(
      yaml, environment: ["PROJECT": "climate"], selection: DeploymentSelection(environment: "prod"))
    #expect(set.project == "climate")
    #expect(set.entries.map(\.name) == ["greeting/default"])
    for (line, missing) in [(1, "PROJECT"), (2, "PREFECT"), (3, "PLACE")] {
      let text = yaml.replacing(":-3.8.8", with: "").replacing(":-prod", with: "")
      var environment = ["PROJECT": "p", "PREFECT": "3", "PLACE": "prod"]
      environment[missing] = nil
      let said = await Samples.complaint { _ = try await Samples.set(text, environment: environment) }
      #expect(
        said.contains("flow/prefect.yaml:\(line): refers to the environment variable \(missing)"), "\(said)")
    }
  }

  @Test("What the environment gives is not searched for references again")
  func once() async throws {
    let deployment = try await Samples.deployment(
      #"description: "{{ $A }}""#, environment: ["A": "{{ $B }}", "B": "no"])
    #expect(deployment.description == "{{ $B }}")
  }

  @Test(
    "A reference without a value is an error with file and line",
    arguments: [
      (#"description: "{{ $MISSING }}""#, ":4: refers to the environment variable MISSING, which is not set"),
      (
        #"parameters: {name: "{{ build-image.tag }}"}"#,
        ":4: refers to {{ build-image.tag }}, which nothing gives"
      ),
      (#"description: "{{ $MISSING""#, ":4: has a reference that does not end"),
      (
        #"description: "{{ prefect.variables.none }}""#,
        ":4: refers to the variable none, which the server does"
      ),
      (
        #"description: "{{ prefect.blocks.secret.none }}""#,
        ":4: refers to the block secret/none, which the server"
      ),
      (
        "work_pool:\n  job_variables:\n    env: {A: \"{{ prefect.blocks.secret.none }}\"}",
        ":6: refers to the block secret/none"
      ),
    ])
  func unresolved(settings: String, complaint: String) async {
    let said = await Samples.complaint(of: settings)
    #expect(said.contains(complaint), "\(said)")
  }

  private static let server: @Sendable (ManifestReference) async throws -> JSONValue? = { reference in
    switch reference {
    case .variable("region"): "NO"
    case .variable("options"): ["times": 2]
    case .block("secret", "token", _): ["value": "********"]
    case .block("string", "motto", _): ["value": "onwards"]
    case .block("db", "main", _): ["host": "h1", "password": "********", "user": ["name": "etl"]]
    default: nil
    }
  }

  private func deployment(_ settings: String) async throws -> Deployment {
    let set = try await Samples.set(Samples.greeting(settings), lookUp: Self.server)
    return try #require(set.entries.first).deployment
  }

  @Test("Variables and fields of blocks are put in")
  func serverValues() async throws {
    let deployment = try await deployment(
      #"""
      description: "{{ prefect.variables.region }}: {{ prefect.blocks.string.motto }}"
      parameters: "{{ prefect.variables.options }}"
      tags: ["{{ prefect.blocks.db.main.user.name }}@{{ prefect.blocks.db.main.host }}"]
      """#)
    #expect(deployment.description == "NO: onwards")
    #expect(deployment.parameters == ["times": 2])
    #expect(deployment.tags == ["etl@h1"])
  }

  @Test("A worker resolves what stands in job variables and pull steps; it is only looked for")
  func leftToWorker() async throws {
    let deployment = try await deployment(
      #"""
      work_pool:
        job_variables:
          env: {TOKEN: "{{ prefect.blocks.secret.token }}", AT: "in {{prefect.variables.region}}"}
      pull:
        - prefect.deployments.steps.git_clone:
            repository: https://example.org/x.git
            access_token: "{{ prefect.blocks.secret.token }}"
      """#)
    #expect(
      deployment.workPool.jobVariables["env"]
        == ["TOKEN": "{{ prefect.blocks.secret.token }}", "AT": "in {{ prefect.variables.region }}"])
    #expect(deployment.pullSteps[0].inputs["access_token"] == "{{ prefect.blocks.secret.token }}")
  }

  @Test("A secret is not stored in a deployment")
  func secrets() async throws {
    for settings in [
      #"parameters: {name: "{{ prefect.blocks.secret.token }}"}"#,
      #"description: "{{ prefect.blocks.db.main.password }}""#,
    ] {
      let said = await Samples.complaint { _ = try await deployment(settings) }
      #expect(said.contains("would store the secret of {{ prefect.blocks."), "\(said)")
    }
  }

  @Test("A mapping inside a text is refused, and so is a field that a block does not have")
  func shapes() async throws {
    let mapping = await Samples.complaint {
      _ = try await deployment(#"description: "x {{ prefect.variables.options }}""#)
    }
    #expect(
      mapping.contains(":4: refers to {{ prefect.variables.options }} inside a text, but that is an object"))
    let field = await Samples.complaint {
      _ = try await deployment(#"description: "{{ prefect.blocks.db.main.port }}""#)
    }
    #expect(field.contains("refers to port of the block db/main, which it does not have"))
  }

  @Test("What belongs to another environment need not have values")
  func otherEnvironments() async throws {
    let yaml = Samples.greeting(
      #"""
      environments:
        prod: {description: "{{ $PROD_ONLY }}"}
        dev: {}
      """#)
    _ = try await Samples.set(yaml, selection: DeploymentSelection(environment: "dev"))
    let said = await Samples.complaint {
      _ = try await Samples.set(yaml, selection: DeploymentSelection(environment: "prod"))
    }
    #expect(said.contains(":5: refers to the environment variable PROD_ONLY"))
  }
}
