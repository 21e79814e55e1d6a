/// Parameters that belong together, as one parameter with members:
///
///     struct Area: ParameterGroup {
///       @Parameter("Northern edge, degrees") var north: Double
///       @Parameter("Southern edge, degrees") var south = 0.0
///       init() {}
///     }
///
/// In the schema it is a definition of its own, under the type's name.
public protocol ParameterGroup: ParameterValue {
  init()
}

extension ParameterGroup {
  public static var schema: JSONSchema { ["$ref": .string("#/definitions/\(definitionName)")] }

  public init(parameter value: JSONValue) throws {
    guard let members = value.object else { throw UnreadableParameter(value, isNot: "an object") }
    self.init()
    for (name, content) in try ParameterReflection.properties(of: self, named: Self.definitionName) {
      guard let member = members[name] else { continue }
      do { try content.set(member) } catch let error as UnreadableParameter {
        throw UnreadableParameter("has a member \(name) that \(error.problem)")
      }
    }
  }

  public var parameter: JSONValue {
    // A group whose declaration is wrong was refused when its flow was described.
    let members = (try? ParameterReflection.properties(of: self, named: Self.definitionName)) ?? []
    return .object(
      JSONObject(
        members.compactMap { member in member.content.currentValue.map { (key: member.name, value: $0) } }))
  }

  public static var definitions: [String: () throws -> JSONSchema] {
    // Declaration mistakes are reported when the definition itself is made.
    let members = (try? ParameterReflection.properties(of: Self(), named: definitionName)) ?? []
    return members.reduce(
      into: [definitionName: { try ParameterReflection.objectSchema(of: Self(), named: definitionName) }]
    ) { definitions, member in
      definitions.merge(member.content.definitions) { first, _ in first }
    }
  }

  private static var definitionName: String { "\(Self.self)" }
}
