public import JSON

/// A parameter that names a block of a certain type: `dhis2`.
public struct BlockReference<Target: Block>: ParameterValue, Equatable, ExpressibleByStringLiteral {
  /// The block's name.
  public let name: String

  public init(_ name: String) { self.name = name }
  public init(stringLiteral value: String) { name = value }

  public static var schema: JSONSchema { ["type": "string", "minLength": 1] }
  public var parameter: JSONValue { .string(name) }
  public init(parameter value: JSONValue) throws { name = try String(parameter: value) }
}
