import JSON

/// A bound on the values of a parameter, by the keywords of JSON Schema.
public struct ParameterConstraint: Sendable {
  let keywords: JSONObject

  /// Whole numbers between two bounds, both allowed.
  public static func range(_ bounds: ClosedRange<Int>) -> ParameterConstraint {
    ParameterConstraint(keywords: [
      "minimum": .integer(bounds.lowerBound), "maximum": .integer(bounds.upperBound),
    ])
  }

  /// Numbers between two bounds, both allowed.
  public static func range(_ bounds: ClosedRange<Double>) -> ParameterConstraint {
    ParameterConstraint(keywords: [
      "minimum": .number(bounds.lowerBound), "maximum": .number(bounds.upperBound),
    ])
  }

  /// Numbers from a bound on.
  public static func minimum(_ bound: Int) -> ParameterConstraint {
    ParameterConstraint(keywords: ["minimum": .integer(bound)])
  }

  /// Text that matches a regular expression; anchor it, or a part that matches is enough.
  public static func pattern(_ expression: String) -> ParameterConstraint {
    ParameterConstraint(keywords: ["pattern": .string(expression)])
  }

  /// Text that is not empty.
  public static var notEmpty: ParameterConstraint { ParameterConstraint(keywords: ["minLength": 1]) }

  /// A list of at least so many elements.
  public static func atLeast(_ count: Int) -> ParameterConstraint {
    ParameterConstraint(keywords: ["minItems": .integer(count)])
  }

  /// A list without repetitions.
  public static var unique: ParameterConstraint { ParameterConstraint(keywords: ["uniqueItems": true]) }

  /// The schema with the constraint added: to the type itself, not to the "or null" beside it.
  func applied(to schema: JSONSchema) -> JSONSchema {
    var result = schema
    if let alternatives = schema["anyOf"]?.array, let first = alternatives.first?.object {
      result["anyOf"] = .array([applied(to: JSONSchema(first)).json] + alternatives.dropFirst())
    } else {
      for (keyword, value) in keywords { result[keyword] = value }
    }
    return result
  }
}
