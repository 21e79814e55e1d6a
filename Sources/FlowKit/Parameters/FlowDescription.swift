import Essentials
public import JSON

/// What a flow is from outside: its name and its parameters, found by reflection.
public struct FlowDescription: Sendable {
  /// One parameter.
  public struct ParameterDescription: Sendable {
    /// The name in documents: `org_unit_level`.
    public let name: String
    public let description: String
    /// The schema of its values, bounds included, title, default and position not.
    public let schema: JSONSchema
    /// Nil where the parameter must be given.
    public let defaultValue: JSONValue?
  }

  public let name: String
  public let summary: String
  /// In the order of their declaration.
  public let parameters: [ParameterDescription]

  /// Reads a flow's declaration; throws ``Misconfiguration`` with the sentence for its author where it is wrong.
  public init(of flow: any Flow.Type) throws {
    name = flow.name
    summary = flow.summary
    guard flow.name.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil else {
      throw Misconfiguration(
        "flow \(flow) has the name \"\(flow.name)\"",
        remedy: "Use lower-case letters, digits and underscores, beginning with a letter.")
    }
    parameters = try Self.properties(of: flow.init()).map { name, content in
      ParameterDescription(
        name: name, description: content.description, schema: content.schema, defaultValue: content.defaultValue)
    }
    for parameter in parameters {
      guard let value = parameter.defaultValue, let fault = parameter.schema.faults(in: value).first else { continue }
      throw Misconfiguration(
        "the default of parameter \(parameter.name) of flow \(name) \(fault.problem)",
        remedy: "Change the default or the bounds of its @Parameter.")
    }
  }

  /// The schema of the whole parameter document, in the form of Prefect's `parameter_openapi_schema`.
  public var schema: JSONSchema {
    var properties = JSONObject()
    for (position, parameter) in parameters.enumerated() {
      var property: JSONObject = [
        "title": .string(parameter.name), "description": .string(parameter.description),
        "position": .integer(position),
      ]
      if let value = parameter.defaultValue { property["default"] = value }
      for (keyword, value) in parameter.schema.document { property[keyword] = value }
      properties[parameter.name] = .object(property)
    }
    return [
      "title": "Parameters", "type": "object", "properties": .object(properties),
      "required": .array(parameters.filter { $0.defaultValue == nil }.map { .string($0.name) }),
      "additionalProperties": false, "definitions": [:],
    ]
  }

  /// The stored properties with their names in documents.
  static func properties(of flow: any Flow) throws -> [(name: String, content: any AnyParameterContent)] {
    try Mirror(reflecting: flow).children.map { child in
      let label = child.label ?? "(unnamed)"
      guard let parameter = child.value as? any AnyParameter else {
        throw Misconfiguration(
          "flow \(type(of: flow).name) has the stored property \(label), which is no parameter",
          remedy: "Mark it with @Parameter(\"description\"), or make it a computed property.")
      }
      return (ParameterName.snakeCase(String(label.drop { $0 == "_" })), parameter.declared)
    }
  }
}
