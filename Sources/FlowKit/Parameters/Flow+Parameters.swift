public import JSON

extension Flow {
  /// The flow with the given parameters laid over its defaults.
  ///
  /// Throws ``ParameterFailure`` with every fault of the document: values that the schema refuses, unknown names,
  /// required parameters that are missing.
  public static func with(_ parameters: JSONObject) throws -> Self {
    let description = try FlowDescription(of: Self.self)
    var faults = description.schema.faults(in: .object(parameters)).map { fault in
      "\(Self.spell(fault.path)) \(fault.problem)"
    }
    let flow = Self()
    if faults.isEmpty {
      for (name, content) in try ParameterReflection.properties(of: flow, named: "flow \(name)") {
        guard let value = parameters[name] else { continue }
        do { try content.set(value) } catch let error as UnreadableParameter {
          faults.append("\(name) \(error.problem)")
        }
      }
    }
    guard faults.isEmpty else { throw ParameterFailure(flow: name, faults: faults) }
    return flow
  }

  /// The values of all parameters, for the record of a run.
  public var parameters: JSONObject {
    get throws {
      JSONObject(
        try ParameterReflection.properties(of: self, named: "flow \(Self.name)").map {
          (key: $0.name, value: $0.content.currentValue ?? .null)
        })
    }
  }

  /// `repos[2].name` for `["repos", "2", "name"]`.
  private static func spell(_ path: [String]) -> String {
    guard let first = path.first else { return "the document" }
    return path.dropFirst().reduce(first) { Int($1) == nil ? "\($0).\($1)" : "\($0)[\($1)]" }
  }
}
