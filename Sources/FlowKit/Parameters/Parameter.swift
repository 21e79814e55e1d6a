import JSON
private import Synchronization

/// A parameter of a flow: declared once, with its description, its bounds and its default.
///
///     @Parameter("DHIS2 organisation unit level", .range(1...10)) var orgUnitLevel = 2
///     @Parameter("Repository, as owner/name") var repo: String          // required
///
/// The parameter's name is the property's in snake case: `org_unit_level`.
@propertyWrapper
public struct Parameter<Value: ParameterValue>: Sendable {
  private let content: ParameterContent<Value>

  /// The value of this run. Reading a required parameter of a flow that nobody gave parameters to is a defect of the
  /// caller: such a flow comes out of ``Flow/init()`` only to be described.
  public var wrappedValue: Value { content.value }

  public init(wrappedValue: Value, _ description: String, _ constraints: ParameterConstraint...) {
    content = ParameterContent(description: description, constraints: constraints, default: wrappedValue)
  }

  public init(_ description: String, _ constraints: ParameterConstraint...) {
    content = ParameterContent(description: description, constraints: constraints, default: nil)
  }
}

/// What a flow's parameters look like from outside, whatever their types.
protocol AnyParameter {
  var declared: any AnyParameterContent { get }
}

extension Parameter: AnyParameter {
  var declared: any AnyParameterContent { content }
}

protocol AnyParameterContent: AnyObject, Sendable {
  var description: String { get }
  var schema: JSONSchema { get }
  var definitions: [String: () throws -> JSONSchema] { get }
  var defaultValue: JSONValue? { get }
  var currentValue: JSONValue? { get }
  func set(_ value: JSONValue) throws
}

/// The content is shared by all copies of one flow value, so that it can be filled in through reflection.
final class ParameterContent<Value: ParameterValue>: AnyParameterContent {
  let description: String
  private let constraints: [ParameterConstraint]
  private let original: Value?
  private let current: Mutex<Value?>

  init(description: String, constraints: [ParameterConstraint], default original: Value?) {
    self.description = description
    self.constraints = constraints
    self.original = original
    current = Mutex(original)
  }

  var schema: JSONSchema { constraints.reduce(Value.schema) { $1.applied(to: $0) } }
  var definitions: [String: () throws -> JSONSchema] { Value.definitions }
  var defaultValue: JSONValue? { original?.parameter }
  var currentValue: JSONValue? { current.withLock { $0 }?.parameter }

  var value: Value {
    guard let value = current.withLock({ $0 }) else {
      // A property cannot throw, and there is no value to go on with. `Flow.with(_:)` refuses a document without it, so only
      // a test that makes a flow by its bare initialiser comes here.
      preconditionFailure(
        "a required parameter (\(description)) was read before the flow was given its parameters")
    }
    return value
  }

  func set(_ value: JSONValue) throws {
    let decoded = try Value(parameter: value)
    current.withLock { $0 = decoded }
  }
}
