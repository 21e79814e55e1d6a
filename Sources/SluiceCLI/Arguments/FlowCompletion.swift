import FlowKit
import JSON

/// What a shell offers behind `sluice run`: flows first, then the options of the flow.
enum FlowCompletion {
  /// - Parameters:
  ///   - words: the whole command line as the shell has it.
  ///   - prefix: the beginning of the word to complete.
  static func complete(words: [String], prefix: String, descriptions: [FlowDescription]) -> [String] {
    let arguments = words.drop { $0 != "run" }.dropFirst()
    guard let description = descriptions.first(where: { $0.name == arguments.first }),
      arguments.first != prefix || arguments.count > 1
    else { return descriptions.map(\.name).filter { $0.hasPrefix(prefix) } }
    let previous = arguments.last == prefix ? arguments.dropLast().last : arguments.last
    if let previous, let values = values(of: previous, description) {
      return values.filter { $0.hasPrefix(prefix) }
    }
    let options =
      description.parameters.map { "--\(FlowArguments.optionName(of: $0))" }
      + RunOption.allCases.map(\.rawValue)
    return options.filter { $0.hasPrefix(prefix) }
  }

  /// The choices of an option that has them.
  private static func values(of option: String, _ description: FlowDescription) -> [String]? {
    if option == RunOption.logLevel.rawValue { return ["debug", "info", "warning", "error"] }
    guard
      let parameter = description.parameters.first(where: {
        "--\(FlowArguments.optionName(of: $0))" == option
      })
    else {
      return nil
    }
    return (parameter.schema["enum"] ?? parameter.schema.items?["enum"])?.array?.compactMap(\.string)
  }
}
