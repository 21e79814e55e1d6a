import JSON

/// Blocks made from environment variables, as their types declare it: `DHIS2_BASE_URL`, `DHIS2_USERNAME` and
/// `DHIS2_PASSWORD` make the block `dhis2`.
public struct EnvironmentBlocks: BlockSource {
  private let environment: [String: String]

  public init(_ environment: [String: String]) { self.environment = environment }

  public func find(type: any Block.Type, name: String) -> BlockValues? {
    for declared in type.environment where declared.name == name {
      var values = JSONObject()
      for (member, variable) in declared.variables {
        if let value = environment[variable], !value.isEmpty { values[member] = .string(value) }
      }
      guard declared.required.allSatisfy({ values[$0] != nil }) else { continue }
      let variables = declared.variables.values.sorted().joined(separator: ", ")
      return BlockValues(
        typeSlug: type.typeSlug, name: name, values: values, origin: "the environment (\(variables))")
    }
    return nil
  }

  public func placesSearched(type: any Block.Type, name: String) -> [String] {
    let missing = type.environment.filter { $0.name == name }.map { declared in
      declared.required.compactMap { declared.variables[$0] }.filter { environment[$0]?.isEmpty ?? true }
        .sorted()
        .joined(separator: ", ")
    }
    return missing.isEmpty ? [] : ["environment variables (not set: \(missing.joined(separator: "; or ")))"]
  }
}
