public import Essentials
public import Foundation
public import JSON

/// A type that a parameter can have.
public protocol ParameterValue: Sendable {
  /// What values it takes, for forms and for checking.
  static var schema: JSONSchema { get }
  /// The value of a document that is valid under ``schema``; throws ``UnreadableParameter`` where the schema could
  /// not say all.
  init(parameter: JSONValue) throws
  /// The form in which the value stands in a document.
  var parameter: JSONValue { get }
  /// The definitions that ``schema`` refers to, by name.
  static var definitions: [String: () throws -> JSONSchema] { get }
}

extension ParameterValue {
  public static var definitions: [String: () throws -> JSONSchema] { [:] }
}

/// A parameter's value that satisfies its schema and still means nothing.
public struct UnreadableParameter: Error, Sendable {
  /// What is wrong, as the end of a sentence: `must be a month, YYYY-MM, not "2024-13"`.
  public let problem: String

  public init(_ problem: String) { self.problem = problem }

  init(_ value: JSONValue, isNot expected: String) { problem = "must be \(expected), not \(value)" }
}

extension Bool: ParameterValue {
  public static var schema: JSONSchema { ["type": "boolean"] }
  public var parameter: JSONValue { .bool(self) }
  public init(parameter value: JSONValue) throws {
    guard let bool = value.bool else { throw UnreadableParameter(value, isNot: "true or false") }
    self = bool
  }
}

extension Int: ParameterValue {
  public static var schema: JSONSchema { ["type": "integer"] }
  public var parameter: JSONValue { .integer(self) }
  public init(parameter value: JSONValue) throws {
    guard let integer = value.integer else {
      throw UnreadableParameter(value, isNot: "an integer of 64 bits")
    }
    self = integer
  }
}

extension Double: ParameterValue {
  public static var schema: JSONSchema { ["type": "number"] }
  public var parameter: JSONValue { .number(self) }
  public init(parameter value: JSONValue) throws {
    guard let number = value.double else { throw UnreadableParameter(value, isNot: "a number") }
    self = number
  }
}

extension String: ParameterValue {
  public static var schema: JSONSchema { ["type": "string"] }
  public var parameter: JSONValue { .string(self) }
  public init(parameter value: JSONValue) throws {
    guard let string = value.string else { throw UnreadableParameter(value, isNot: "a string") }
    self = string
  }
}

extension CalendarMonth: ParameterValue {
  public static var schema: JSONSchema { ["type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"] }
  public var parameter: JSONValue { .string(description) }
  public init(parameter value: JSONValue) throws {
    guard let month = value.string.flatMap(CalendarMonth.init) else {
      throw UnreadableParameter(value, isNot: "a month, YYYY-MM")
    }
    self = month
  }
}

extension CalendarDate: ParameterValue {
  public static var schema: JSONSchema { ["type": "string", "format": "date"] }
  public var parameter: JSONValue { .string(description) }
  public init(parameter value: JSONValue) throws {
    guard let date = value.string.flatMap(CalendarDate.init) else {
      throw UnreadableParameter(value, isNot: "a day, YYYY-MM-DD")
    }
    self = date
  }
}

extension Period: ParameterValue {
  public static var schema: JSONSchema { ["type": "string", "minLength": 6] }
  public var parameter: JSONValue { .string(id) }
  public init(parameter value: JSONValue) throws {
    guard let period = value.string.flatMap(Period.init(id:)) else {
      throw UnreadableParameter(value, isNot: "a period such as 20250201, 2025W5, 202502D1, 202502 or 2025Q1")
    }
    self = period
  }
}

extension Array: ParameterValue where Element: ParameterValue {
  public static var definitions: [String: () throws -> JSONSchema] { Element.definitions }
  public static var schema: JSONSchema { ["type": "array", "items": Element.schema.json] }
  public var parameter: JSONValue { .array(map(\.parameter)) }
  public init(parameter value: JSONValue) throws {
    guard let elements = value.array else { throw UnreadableParameter(value, isNot: "a list") }
    self = try elements.map(Element.init(parameter:))
  }
}

extension Optional: ParameterValue where Wrapped: ParameterValue {
  public static var definitions: [String: () throws -> JSONSchema] { Wrapped.definitions }
  public static var schema: JSONSchema { ["anyOf": [Wrapped.schema.json, ["type": "null"]]] }
  public var parameter: JSONValue { self?.parameter ?? .null }
  public init(parameter value: JSONValue) throws {
    self = value.isNull ? nil : try Wrapped(parameter: value)
  }
}

extension URL: ParameterValue {
  public static var schema: JSONSchema { ["type": "string", "format": "uri"] }
  public var parameter: JSONValue { .string(absoluteString) }
  public init(parameter value: JSONValue) throws {
    guard let text = value.string, let url = URL(string: text), url.scheme != nil, url.host != nil else {
      throw UnreadableParameter(value, isNot: "an address with scheme and host")
    }
    self = url
  }
}

extension TimeZone: ParameterValue {
  public static var schema: JSONSchema { ["type": "string", "format": "time-zone"] }
  public var parameter: JSONValue { .string(identifier) }
  public init(parameter value: JSONValue) throws {
    guard let name = value.string, let zone = TimeZone(identifier: name) else {
      throw UnreadableParameter(value, isNot: "a time zone such as Africa/Freetown")
    }
    self = zone
  }
}

/// An enum of text becomes a choice: declare `enum Mode: String, CaseIterable, ParameterChoice`.
public protocol ParameterChoice: ParameterValue, CaseIterable, RawRepresentable where RawValue == String {}

extension ParameterChoice {
  public static var schema: JSONSchema {
    ["type": "string", "enum": .array(allCases.map { .string($0.rawValue) })]
  }
  public var parameter: JSONValue { .string(rawValue) }
  public init(parameter value: JSONValue) throws {
    guard let text = value.string, let choice = Self(rawValue: text) else {
      throw UnreadableParameter(
        value, isNot: "one of \(Self.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    self = choice
  }
}
