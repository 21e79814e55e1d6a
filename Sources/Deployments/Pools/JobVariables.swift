import FlowKit
package import JSON

/// The pool of a deployment, as far as the deployment is concerned.
package struct PoolFacts: Sendable, Equatable {
  let name: String
  /// `process`, `docker`, `kubernetes`, `ecs` ...
  let type: String
  let template: JobTemplate
  /// Whether the server has it.
  let exists: Bool

  package init(name: String, type: String, baseJobTemplate: JSONObject = [:], exists: Bool) {
    self.name = name
    self.type = type
    template = JobTemplate(type: type, baseJobTemplate: baseJobTemplate)
    self.exists = exists
  }
}

extension Deployment {
  /// The name of the work pool: the one it names, the one of its infrastructure, or `default`.
  var poolName: String { workPool.name ?? infrastructure?.kind.defaultPool ?? "default" }

  /// The job variables for a pool: those that are told, over those of the infrastructure, over the default image.
  ///
  /// - Parameter image: for pools that take an image, where the deployment names none.
  func jobVariables(in pool: PoolFacts, image: String?) throws -> JSONObject {
    var variables: JSONObject = [:]
    let template = pool.template
    if let infrastructure {
      let kind = infrastructure.kind
      guard kind.poolType == pool.type else {
        throw JobVariableProblem(
          "infrastructure \(kind.rawValue) needs a work pool of type \(kind.poolType); \(pool.name) is of type \(pool.type)"
        )
      }
      if let image = infrastructure.image { variables["image"] = .string(image) }
      try lay(infrastructure, on: &variables, template, pool: pool.name)
    }
    variables.lay(workPool.jobVariables)
    if pool.type == "process", let name = ["image", "cpu"].first(where: { variables[$0] != nil }) {
      throw JobVariableProblem(
        "\(name) means nothing to the process pool \(pool.name), whose runs are processes beside the worker; pick another infrastructure",
        variable: name)
    }
    if let image, variables["image"] == nil, template.has("image") { variables["image"] = .string(image) }
    if let problem = template.problems(variables).first {
      throw JobVariableProblem(
        "work pool \(pool.name) (\(pool.type)): \(problem.text)", variable: problem.variable)
    }
    return variables
  }

  private func lay(
    _ infrastructure: Infrastructure, on variables: inout JSONObject, _ template: JobTemplate, pool: String
  ) throws {
    switch infrastructure.kind {
    case .worker:
      // A process has no share of the machine to ask for; the name alone says so below.
      if infrastructure.cpu != nil { variables["cpu"] = .null }
      if let memory = infrastructure.memory { variables["memory_limit"] = .string("\(memory)Mi") }
    case .docker:
      if let cpu = infrastructure.cpu {
        guard template.has("container_create_kwargs") else {
          throw JobVariableProblem(
            "the template of work pool \(pool) has no container_create_kwargs, the only way to ask Docker for cores; leave cpu out, or add that job variable to the template",
            variable: "cpu")
        }
        // Docker counts billionths of a core.
        variables["container_create_kwargs"] = ["nano_cpus": .integer(Int((cpu * 1e9).rounded()))]
      }
      if let memory = infrastructure.memory { variables["mem_limit"] = .string("\(memory)m") }
    case .kubernetes:
      if let cpu = infrastructure.cpu {
        let text = JSONValue.string("\(Int((cpu * 1000).rounded()))m")
        variables["cpu_request"] = text
        variables["cpu_limit"] = text
      }
      if let memory = infrastructure.memory {
        variables["memory_request"] = .string("\(memory)Mi")
        variables["memory_limit"] = .string("\(memory)Mi")
      }
    case .ecs:
      // ECS counts 1024 units a core.
      if let cpu = infrastructure.cpu { variables["cpu"] = .integer(Int((cpu * 1024).rounded())) }
      if let memory = infrastructure.memory { variables["memory"] = .integer(memory) }
    }
  }
}

/// A deployment and its work pool do not fit together.
struct JobVariableProblem: Error {
  let text: String
  /// The job variable that it is about, where it is about one.
  let variable: String?

  init(_ text: String, variable: String? = nil) {
    self.text = text
    self.variable = variable
  }
}
