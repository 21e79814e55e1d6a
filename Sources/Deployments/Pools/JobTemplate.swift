import FlowKit
import JSON

/// What a work pool takes for the job variables of a deployment.
package struct JobTemplate: Sendable, Equatable {
  /// The variables, each with its schema; nil where everything is taken.
  let variables: JSONSchema?

  /// The template of a pool on a server; where that is still empty, the one that a worker of its type fills in.
  init(type: String, baseJobTemplate: JSONObject) {
    let own = baseJobTemplate["variables"]?.object
    if var own, var properties = own["properties"]?.object, !properties.isEmpty {
      // Our worker keeps these limits under any template of a process pool.
      if type == "process" {
        for (name, schema) in Self.limits where properties[name] == nil { properties[name] = schema }
        own["properties"] = .object(properties)
      }
      variables = JSONSchema(own)
    } else {
      variables = Self.published[type]
    }
  }

  var names: [String]? { variables?["properties"]?.object?.keys }

  func has(_ name: String) -> Bool { names?.contains(name) ?? false }

  /// What is wrong with some job variables; empty where they are taken.
  func problems(_ jobVariables: JSONObject) -> [JobVariableProblem] {
    guard let variables, let names else { return [] }
    return jobVariables.flatMap { name, value -> [JobVariableProblem] in
      // `env.NAME` reaches into env.
      let base = String(name.prefix { $0 != "." })
      guard names.contains(base) else {
        return [
          JobVariableProblem(
            "the pool's template has no job variable \(name); it has \(names.joined(separator: ", "))",
            variable: name)
        ]
      }
      // What a worker resolves is checked when it is resolved.
      if name != base || (value.string?.contains("{{") ?? false) { return [] }
      return variables.optionalFaults(in: [name: value]).map {
        JobVariableProblem(
          "the job variable \($0.path.joined(separator: ".")) \($0.problem)", variable: name)
      }
    }
  }
}

extension JobTemplate {
  /// The variables of the templates that Prefect 3.8 and its integrations publish
  /// (`GET /collections/views/aggregate-worker-metadata`), with null where their own models take it.
  static let published: [String: JSONSchema] = [
    "process": schema(
      common.merging(["stream_output": boolean, "working_dir": text]) { $1 }.merging(limits) { $1 }),
    "docker": schema(
      common.merging([
        "image": text, "registry_credentials": object,
        "image_pull_policy": choice("IfNotPresent", "Always", "IfPossible", "Never"), "networks": texts,
        "network_mode": text, "auto_remove": boolean, "volumes": texts, "stream_output": boolean,
        "container_wait_timeout": integer, "mem_limit": text, "memswap_limit": text, "privileged": boolean,
      ]) { $1 }),
    "kubernetes": schema(
      common.merging([
        "namespace": text, "image": text, "service_account_name": text,
        "image_pull_policy": choice("IfNotPresent", "Always", "Never"),
        "finished_job_ttl": integer, "job_watch_timeout_seconds": integer,
        "pod_watch_timeout_seconds": integer, "stream_output": boolean, "cluster_config": object,
        "cpu_request": text, "cpu_limit": text, "memory_request": text, "memory_limit": text,
      ]) { $1 }),
    "ecs": schema(
      common.merging([
        "task_definition_arn": text, "aws_credentials": object, "cluster": text, "family": text,
        "launch_type": choice("FARGATE", "EC2", "EXTERNAL", "FARGATE_SPOT"),
        "capacity_provider_strategy": array, "image": text, "cpu": integer,
        "memory": integer, "container_name": text, "task_role_arn": text, "execution_role_arn": text,
        "vpc_id": text, "configure_cloudwatch_logs": boolean, "cloudwatch_logs_options": env,
        "cloudwatch_logs_prefix": text, "network_configuration": object, "stream_output": boolean,
        "task_start_timeout_seconds": integer, "task_watch_poll_interval": number,
        "auto_deregister_task_definition": boolean, "match_latest_revision_in_family": boolean,
      ]) { $1 }),
  ]

  /// What Sluice's worker keeps besides: seconds, and bytes or a text as `512Mi`.
  private static let limits: [String: JSONValue] = [
    "timeout": number, "memory_limit": ["type": ["string", "integer", "null"]],
  ]

  private static let common: [String: JSONValue] = [
    "name": text, "env": env, "labels": env, "command": text,
  ]
  private static let text = type("string")
  private static let boolean = type("boolean")
  private static let integer = type("integer")
  private static let number = type("number")
  private static let object = type("object")
  private static let array = type("array")
  private static let texts: JSONValue = ["type": ["array", "null"], "items": ["type": "string"]]
  private static let env: JSONValue = [
    "type": ["object", "null"], "additionalProperties": ["type": ["string", "null"]],
  ]

  private static func type(_ name: String) -> JSONValue { ["type": [.string(name), "null"]] }

  private static func choice(_ names: String...) -> JSONValue {
    ["enum": .array(names.map { .string($0) } + [.null])]
  }

  private static func schema(_ properties: [String: JSONValue]) -> JSONSchema {
    let members = properties.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) }
    return ["type": "object", "properties": .object(JSONObject(members))]
  }
}
