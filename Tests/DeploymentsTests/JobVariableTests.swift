import FlowKit
import JSON
import Testing

@testable import Deployments

@Suite("Work pools and job variables") struct JobVariableTests {
  private func variables(
    _ deployment: Deployment, _ type: String, template: JSONObject = [:], image: String? = nil
  ) throws -> JSONObject {
    try deployment.jobVariables(
      in: PoolFacts(name: "p", type: type, baseJobTemplate: template, exists: true), image: image)
  }

  private func complaint(_ deployment: Deployment, _ type: String, template: JSONObject = [:]) -> String {
    do {
      return "took \(JSONValue.object(try variables(deployment, type, template: template)))"
    } catch {
      return (error as? JobVariableProblem)?.text ?? "\(error)"
    }
  }

  private func on(_ kind: Deployment.Infrastructure.Kind, _ variables: JSONObject = [:]) -> Deployment {
    Deployment(
      workPool: .init(jobVariables: variables),
      infrastructure: .init(kind, cpu: kind == .worker ? nil : 0.5, memory: kind == .worker ? nil : 2048))
  }

  @Test("The infrastructure picks the pool, unless one is named")
  func pools() {
    #expect(Deployment().poolName == "default")
    #expect(on(.worker).poolName == "default")
    #expect(on(.docker).poolName == "docker")
    #expect(on(.kubernetes).poolName == "kubernetes")
    #expect(on(.ecs).poolName == "ecs")
    #expect(Deployment(workPool: .init("mine"), infrastructure: .init(.ecs)).poolName == "mine")
  }

  @Test("Half a core and 2 GiB, as each kind of pool says it")
  func resources() throws {
    #expect(try variables(on(.ecs), "ecs") == ["cpu": 512, "memory": 2048])
    #expect(
      try variables(on(.kubernetes), "kubernetes") == [
        "cpu_request": "500m", "cpu_limit": "500m", "memory_request": "2048Mi", "memory_limit": "2048Mi",
      ])
    let template: JSONObject = [
      "variables": [
        "properties": ["mem_limit": ["type": "string"], "container_create_kwargs": ["type": "object"]]
      ]
    ]
    #expect(
      try variables(on(.docker), "docker", template: template) == [
        "mem_limit": "2048m", "container_create_kwargs": ["nano_cpus": 500_000_000],
      ])
    // The template that Prefect publishes has no place for cores.
    #expect(
      complaint(on(.docker), "docker").contains("the template of work pool p has no container_create_kwargs"))
  }

  @Test("What a template takes only certain words for, takes no others")
  func choices() {
    let slip = Deployment(workPool: .init(jobVariables: ["launch_type": "FARGTE"]))
    #expect(complaint(slip, "ecs").contains("the job variable launch_type"))
    let good = Deployment(workPool: .init(jobVariables: ["launch_type": "FARGATE_SPOT"]))
    #expect(complaint(good, "ecs") == "took {\"launch_type\":\"FARGATE_SPOT\"}")
  }

  @Test("The image of --image is for deployments that name none, on pools that take one")
  func images() throws {
    let docker = Deployment.Infrastructure(.docker)
    let own = Deployment(workPool: .init(jobVariables: ["image": "own"]), infrastructure: docker)
    #expect(try variables(own, "docker", image: "ref")["image"] == "own")
    #expect(try variables(Deployment(infrastructure: docker), "docker", image: "ref")["image"] == "ref")
    var named = on(.ecs)
    named.infrastructure?.image = "beside"
    #expect(try variables(named, "ecs", image: "ref")["image"] == "beside")
    #expect(try variables(Deployment(), "process", image: "ref") == [:])
  }

  @Test("An image or cpu on a process pool is an error")
  func processPool() {
    let image = Deployment(workPool: .init(jobVariables: ["image": "x"]))
    #expect(complaint(image, "process").contains("image means nothing to the process pool p"))
    let cpu = Deployment(infrastructure: .init(.worker, cpu: 1))
    #expect(complaint(cpu, "process").contains("cpu means nothing to the process pool p"))
    let memory = Deployment(infrastructure: .init(.worker, memory: 512))
    // Our worker keeps the limit whatever the template of the pool, so that one that Prefect made takes it as well.
    #expect(complaint(memory, "process") == "took {\"memory_limit\":\"512Mi\"}")
    let stock: JSONObject = ["variables": ["properties": ["command": ["type": "string"]]]]
    #expect(complaint(memory, "process", template: stock) == "took {\"memory_limit\":\"512Mi\"}")
    let timeout = Deployment(workPool: .init(jobVariables: ["timeout": 60]))
    #expect(complaint(timeout, "process", template: stock) == "took {\"timeout\":60}")
    let other = Deployment(workPool: .init(jobVariables: ["memroy_limit": "1G"]))
    #expect(complaint(other, "process", template: stock).contains("has no job variable memroy_limit"))
  }

  @Test("A pool of another type than the infrastructure is refused")
  func types() {
    #expect(
      complaint(on(.docker), "kubernetes")
        .contains("infrastructure docker needs a work pool of type docker; p is of type kubernetes"))
  }

  @Test("Job variables are checked against the pool's template, or where it is empty the published one")
  func templates() {
    let unknown = Deployment(workPool: .init(jobVariables: ["comand": "x"]))
    #expect(complaint(unknown, "process").contains("has no job variable comand; it has command, env, labels"))
    let wrong = Deployment(workPool: .init(jobVariables: ["stream_output": "notbool"]))
    #expect(complaint(wrong, "process").contains("the job variable stream_output must be"))
    let env = Deployment(workPool: .init(jobVariables: ["env": ["A": 1]]))
    #expect(complaint(env, "process").contains("the job variable env.A must be"))
    let own: JSONObject = [
      "variables": [
        "properties": ["size": ["$ref": "#/definitions/Size"]],
        "definitions": ["Size": ["enum": ["s", "l"]]],
      ]
    ]
    #expect(
      complaint(Deployment(workPool: .init(jobVariables: ["size": "s"])), "custom", template: own).hasPrefix(
        "took"))
    #expect(
      complaint(Deployment(workPool: .init(jobVariables: ["size": "m"])), "custom", template: own).contains(
        "size must be"))
    #expect(
      complaint(Deployment(workPool: .init(jobVariables: ["command": "s"])), "custom", template: own)
        .contains("it has size"))
  }

  @Test(
    "What a worker resolves, and keys that reach into env, are taken; a pool of an unknown type takes all")
  func lenience() {
    let reference = Deployment(
      workPool: .init(jobVariables: [
        "env.A": "1", "aws_credentials": "{{ prefect.blocks.aws-credentials.x }}",
      ]))
    #expect(complaint(reference, "ecs").hasPrefix("took"))
    #expect(complaint(Deployment(workPool: .init(jobVariables: ["any": 1])), "nomad").hasPrefix("took"))
  }
}
