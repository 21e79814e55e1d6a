import JSON

/// Blocks made from environment variables, as their types declare it: `DHIS2_BASE_URL`, `DHIS2_USERNAME` and
/// `DHIS2_PASSWORD` make the block `dhis2`.
public struct EnvironmentBlocks: BlockSource {
  private let environment: [String: String]

  public init(_ environment: [String: String]) { self.environment = environment }

  public func find(type: any Block.Type, name: String) -> BlockValues? {
    guard let declared = type.environment.first(where: { $0.name == name }) else { return nil }
    var values = JSONObject()
    for (member, variable) in declared.variables {
      if let value = environment[variable], !value.isEmpty { values[member] = .string(value) }
    }
    guard declared.required.allSatisfy({ values[$0] != nil }) else { return nil }
    let variables = declared.variables.values.sorted().joined(separator: ", ")
    return BlockValues(typeSlug: type.typeSlug, name: name, values: values, origin: "the environment (\(variables))")
  }

  public func placesSearched(type: any Block.Type, name: String) -> [String] {
    guard let declared = type.environment.first(where: { $0.name == name }) else { return [] }
    let missing = declared.required.compactMap { declared.variables[$0] }.filter { environment[$0]?.isEmpty ?? true }
    return ["environment variables (not set: \(missing.sorted().joined(separator: ", ")))"]
  }
}
