import Essentials
import FlowKit
import Foundation
import JSON

/// The command line of one run, read by the schema of the flow's parameters.
struct FlowArguments {
  /// The parameters that were given, defaults not yet under them.
  private(set) var parameters = JSONObject()
  private(set) var usesSandbox = false
  private(set) var printsJSON = false
  private(set) var wantsHelp = false
  private(set) var blockFolder = "blocks"
  private(set) var logLevel = Log.Level.info

  private let description: FlowDescription

  /// - Parameters:
  ///   - arguments: what stands behind the flow's name.
  ///   - readFile: gives the content of a parameter file.
  init(
    _ arguments: [String], for description: FlowDescription, readFile: (String) throws -> [UInt8] = Self.read
  ) throws {
    self.description = description
    var rest = arguments[...]
    var fromFile = JSONObject()
    while let argument = rest.popFirst() {
      let (name, attached) = Self.split(argument)
      if let option = RunOption(rawValue: name == "-h" ? "--help" : name) {
        let value = option.takesValue ? try attached ?? Self.next(&rest, after: name) : ""
        if !option.takesValue, attached != nil { throw UsageError("\(name) takes no value") }
        if option == .parameterFile {
          fromFile = try Self.document(try readFile(value), named: value)
        } else {
          try apply(option, value)
        }
      } else {
        try applyParameter(argument, name, attached, &rest)
      }
    }
    // What stands on the command line lies over what stands in the file, wherever the file was named.
    for (key, value) in fromFile where parameters[key] == nil { parameters[key] = value }
  }

  private mutating func apply(_ option: RunOption, _ value: String) throws {
    switch option {
    case .sandbox: usesSandbox = true
    case .json: printsJSON = true
    case .help: wantsHelp = true
    case .blocks: blockFolder = value
    case .logLevel:
      guard let level = Log.Level(rawValue: value) else {
        throw UsageError("--log-level must be debug, info, warning or error, not \(value)")
      }
      logLevel = level
    case .parameter:
      let parts = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2 else { throw UsageError("-p must be followed by name=value, not \(value)") }
      parameters[parts[0]] = (try? JSONValue(parsing: parts[1])) ?? .string(parts[1])
    case .parameterFile: break
    }
  }

  private mutating func applyParameter(
    _ argument: String, _ name: String, _ attached: String?, _ rest: inout ArraySlice<String>
  ) throws {
    guard name.hasPrefix("--") else {
      throw UsageError(
        "unexpected argument \"\(argument)\"; `sluice run \(description.name) --help` shows the usage")
    }
    let spelled = String(name.dropFirst(2)).replacingOccurrences(of: "_", with: "-")
    if let parameter = description.parameters.first(where: { Self.optionName(of: $0) == spelled }) {
      if parameter.schema.types.contains("boolean") {
        parameters[parameter.name] = try Self.flag(attached, &rest)
      } else {
        let text = try attached ?? Self.next(&rest, after: name)
        set(parameter, ParameterText(text, schema: parameter.schema).value)
      }
    } else if spelled.hasPrefix("no-"), attached == nil,
      let parameter = description.parameters.first(where: {
        Self.optionName(of: $0) == spelled.dropFirst(3) && $0.schema.types.contains("boolean")
      })
    {
      parameters[parameter.name] = false
    } else {
      let known =
        description.parameters.map { "--\(Self.optionName(of: $0))" } + RunOption.allCases.map(\.rawValue)
      throw UsageError(
        "unknown option \(name) of \(description.name); known are \(known.joined(separator: ", "))")
    }
  }

  /// A list that is given several times grows.
  private mutating func set(_ parameter: FlowDescription.ParameterDescription, _ value: JSONValue) {
    if case .array(let more) = value, case .array(let before) = parameters[parameter.name] {
      parameters[parameter.name] = .array(before + more)
    } else {
      parameters[parameter.name] = value
    }
  }

  /// `org-unit-level` for `org_unit_level`.
  static func optionName(of parameter: FlowDescription.ParameterDescription) -> String {
    parameter.name.replacingOccurrences(of: "_", with: "-")
  }

  /// A flag alone is true; one with `true` or `false` behind it is that.
  private static func flag(_ attached: String?, _ rest: inout ArraySlice<String>) throws -> JSONValue {
    let text = attached ?? (["true", "false"].contains(rest.first ?? "") ? rest.removeFirst() : "true")
    switch text {
    case "true": return true
    case "false": return false
    default: return .string(text)
    }
  }

  private static func split(_ argument: String) -> (name: String, attached: String?) {
    guard argument.hasPrefix("--"), let equals = argument.firstIndex(of: "=") else { return (argument, nil) }
    return (String(argument[..<equals]), String(argument[argument.index(after: equals)...]))
  }

  private static func next(_ rest: inout ArraySlice<String>, after name: String) throws -> String {
    guard let value = rest.popFirst() else { throw UsageError("\(name) must be followed by a value") }
    return value
  }

  private static func document(_ bytes: [UInt8], named name: String) throws -> JSONObject {
    do {
      guard let object = try JSONValue(parsing: bytes).object else {
        throw UsageError("--params \(name) must hold a JSON object")
      }
      return object
    } catch let error as JSONSyntaxError { throw UsageError("--params \(name) is \(error)") }
  }

  private static func read(_ path: String) throws -> [UInt8] {
    if path == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw UsageError("--params \(path): the file cannot be read")
    }
    return Array(data)
  }
}
