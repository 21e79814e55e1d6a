package import JSON

/// The base job template of a work pool: a document with gaps, and the variables that fill them.
package struct JobTemplate: Sendable, Equatable {
  /// `job_configuration`: `{"command": "{{ command }}", …}`.
  let configuration: JSONObject
  /// The defaults of `variables.properties`.
  let defaults: JSONObject

  package init(_ template: JSONObject) {
    configuration = template["job_configuration"]?.object ?? [:]
    var defaults = JSONObject()
    for (name, schema) in template["variables"]?["properties"]?.object ?? [:] {
      if let value = schema["default"] { defaults[name] = value }
    }
    self.defaults = defaults
  }

  /// The variables of one run: those of later layers over those of earlier ones, the defaults below all.
  ///
  /// - Parameter layers: the deployment's, then the run's. A dotted key, `env.NAME`, reaches into an object; an object
  ///   under a key without a dot replaces what is there, but for `env`, whose members are put over each other.
  package func variables(_ layers: [JSONObject]) -> JSONObject {
    var variables = defaults
    for layer in layers {
      for (key, value) in layer {
        let path = key.split(separator: ".", maxSplits: 1).map(String.init)
        if path.count == 2 {
          var inner = variables[path[0]]?.object ?? [:]
          inner[path[1]] = value
          variables[path[0]] = .object(inner)
        } else if key == "env", let new = value.object, var old = variables[key]?.object {
          for (name, value) in new { old[name] = value }
          variables[key] = .object(old)
        } else {
          variables[key] = value
        }
      }
    }
    return variables
  }

  /// The configuration with its gaps filled; a gap without a variable is null, one for a block or a variable of the server
  /// stays. Members that the template lacks and the variables have are added, so that `timeout` and `memory_limit` work
  /// under a template that another worker made; where it has an `env` of its own, the variables' goes over that.
  ///
  /// - Parameter environment: the worker's, for gaps such as `{{ $HOME }}`; one that it lacks is filled with nothing, as
  ///   Prefect's worker does (`apply_values` of `prefect.utilities.templating`).
  package func configuration(
    with variables: JSONObject, environment: [String: String] = [:]
  ) -> JSONObject {
    var template = configuration
    if var environment = template["env"]?.object {
      for (name, value) in variables["env"]?.object ?? [:] { environment[name] = value }
      template["env"] = .object(environment)
    }
    var filled = JSONObject()
    for (name, value) in template {
      filled[name] = JobGaps.fill(value) { gap in
        // Nil where it stays, which `nil` alone is not: that is null.
        if JobGaps.isOfServer(gap) { return Optional.none }
        if gap.hasPrefix("$") { return .string(environment[String(gap.dropFirst())] ?? "") }
        return variables[gap] ?? .null
      }
    }
    for (name, value) in variables where filled[name] == nil { filled[name] = value }
    return filled
  }

  /// What this worker writes into a pool that it makes, or whose template is empty: Prefect's template of a process
  /// pool, with a time limit and a memory limit besides.
  package static let process: JSONObject = [
    "job_configuration": [
      "command": "{{ command }}", "env": "{{ env }}", "labels": "{{ labels }}", "name": "{{ name }}",
      "stream_output": "{{ stream_output }}", "working_dir": "{{ working_dir }}", "timeout": "{{ timeout }}",
      "memory_limit": "{{ memory_limit }}",
    ],
    "variables": [
      "type": "object",
      "properties": [
        "name": text("Name", "Name given to infrastructure created by a worker."),
        "env": [
          "title": "Environment Variables", "type": "object",
          "description": "Environment variables to set when starting a flow run; null takes one away.",
          "additionalProperties": ["anyOf": [["type": "string"], ["type": "null"]]],
        ],
        "labels": [
          "title": "Labels", "type": "object",
          "description": "Labels applied to infrastructure created by a worker.",
          "additionalProperties": ["type": "string"],
        ],
        "command": text(
          "Command",
          "The command that runs the flow, split into words without a shell. Leave it blank for a flow of Sluice."
        ),
        "stream_output": [
          "title": "Stream Output", "type": "boolean", "default": true,
          "description": "Whether the worker repeats the output of the flow run on its own.",
        ],
        "working_dir": text(
          "Working Directory",
          "Where the command runs. Without it a temporary directory is made for each run."),
        "timeout": [
          "title": "Timeout", "default": nil,
          "description": "Seconds after which the process is ended and the run reported as crashed.",
          "anyOf": [["type": "number", "exclusiveMinimum": 0], ["type": "null"]],
        ],
        "memory_limit": [
          "title": "Memory Limit", "default": nil,
          "description":
            "Memory of all processes of the run together above which they are ended: 512Mi, 2G, or a number of bytes.",
          "anyOf": [["type": "string"], ["type": "integer"], ["type": "null"]],
        ],
      ],
    ],
  ]

  private static func text(_ title: String, _ description: String) -> JSONValue {
    [
      "title": .string(title), "description": .string(description), "default": nil,
      "anyOf": [["type": "string"], ["type": "null"]],
    ]
  }
}

/// Gaps in a document: `{{ name }}`.
enum JobGaps {
  /// The names of all gaps of a document.
  static func names(in document: JSONValue) -> [String] {
    switch document {
    case .string(let text): text.matches(of: gap).map { String($0.1) }
    case .array(let elements): elements.flatMap(names(in:))
    case .object(let members): members.flatMap { names(in: $0.value) }
    default: []
    }
  }

  /// Whether a gap is for a block or a variable of the server: `prefect.blocks.secret.token`.
  static func isOfServer(_ name: String) -> Bool {
    name.hasPrefix("prefect.blocks.") || name.hasPrefix("prefect.variables.")
  }

  /// Fills every gap. A text that is one gap and nothing else becomes the value itself; within a text the value is
  /// written out, null as nothing. Where `value` gives nil the gap stays.
  static func fill(_ document: JSONValue, _ value: (String) -> JSONValue?) -> JSONValue {
    switch document {
    case .string(let text):
      if let whole = text.wholeMatch(of: gap) { return value(String(whole.1)) ?? document }
      return .string(
        text.replacing(gap) { match in
          guard let value = value(String(match.1)) else { return String(match.0) }
          return value.isNull ? "" : value.string ?? value.text()
        })
    case .array(let elements): return .array(elements.map { fill($0, value) })
    case .object(let members):
      return .object(JSONObject(members.map { (key: $0.key, value: fill($0.value, value)) }))
    default: return document
    }
  }

  // A computed property: a Regex is no Sendable type.
  private static var gap: Regex<(Substring, Substring)> { /\{\{\s*([A-Za-z0-9_.\-$]+)\s*\}\}/ }
}
