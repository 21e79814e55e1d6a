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
  /// The schema of the whole parameter document, in the form of Prefect's `parameter_openapi_schema`.
  public let schema: JSONSchema

  /// Reads a flow's declaration; throws ``Misconfiguration`` with the sentence for its author where it is wrong.
  public init(of flow: any Flow.Type) throws {
    name = flow.name
    summary = flow.summary
    guard Self.isName(flow.name) else {
      throw Misconfiguration(
        "flow \(flow) has the name \"\(flow.name)\"",
        remedy: "Use lower-case letters, digits and underscores, beginning with a letter.")
    }
    let properties = try ParameterReflection.properties(of: flow.init(), named: "flow \(flow.name)")
    parameters = properties.map { name, content in
      ParameterDescription(
        name: name, description: content.description, schema: content.schema,
        defaultValue: content.defaultValue)
    }
    schema = try Self.schema(of: flow, properties)
    try checkDefaults()
  }

  /// Without a regular expression: this is done for each flow at every start of the program.
  private static func isName(_ text: String) -> Bool {
    let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
    guard let first = text.utf8.first, letters.contains(first) else { return false }
    return text.utf8.allSatisfy { byte in
      letters.contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || byte == UInt8(ascii: "_")
    }
  }

  private static func schema(of flow: any Flow.Type, _ properties: [ParameterReflection.Property]) throws
    -> JSONSchema
  {
    var schema = try ParameterReflection.objectSchema(of: flow.init(), named: "flow \(flow.name)")
    schema["title"] = "Parameters"
    var definitions = JSONObject()
    for (_, content) in properties {
      for (name, definition) in content.definitions { definitions[name] = try definition().json }
    }
    schema["definitions"] = .object(definitions)
    return schema
  }

  private func checkDefaults() throws {
    let defaults = JSONObject(
      parameters.compactMap { parameter in
        parameter.defaultValue.map { (key: parameter.name, value: $0) }
      })
    var lenient = schema
    lenient["required"] = []
    guard let fault = lenient.faults(in: .object(defaults)).first else { return }
    throw Misconfiguration(
      "the default of parameter \(fault.path.joined(separator: ".")) of flow \(name) \(fault.problem)",
      remedy: "Change the default or the bounds of its @Parameter.")
  }
}
