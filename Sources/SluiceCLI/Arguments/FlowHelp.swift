import FlowKit
import JSON

/// The help of one flow, made from the schema of its parameters.
struct FlowHelp {
  private let description: FlowDescription

  init(_ description: FlowDescription) { self.description = description }

  var text: String {
    var lines = [
      description.summary, "", "USAGE: sluice run \(description.name) [--parameter value ...] [options]", "",
    ]
    if !description.parameters.isEmpty {
      lines.append("PARAMETERS:")
      lines += table(description.parameters.map { (option($0), explanation($0)) })
      lines.append("")
    }
    lines.append("OPTIONS:")
    lines += table(RunOption.allCases.map { ($0.usage, $0.help) })
    return lines.joined(separator: "\n")
  }

  private func option(_ parameter: FlowDescription.ParameterDescription) -> String {
    let name = FlowArguments.optionName(of: parameter)
    let types = parameter.schema.types
    if types.contains("boolean") { return "--\(name), --no-\(name)" }
    return "--\(name) <\(types.contains("array") ? "value,..." : types.first ?? "value")>"
  }

  private func explanation(_ parameter: FlowDescription.ParameterDescription) -> String {
    var text = parameter.description
    let choices =
      (parameter.schema["enum"] ?? parameter.schema.items?["enum"])?.array?.compactMap(\.string) ?? []
    if !choices.isEmpty { text += ": \(choices.joined(separator: ", "))" }
    if let least = parameter.schema["minimum"]?.text(), let most = parameter.schema["maximum"]?.text() {
      text += " (\(least) to \(most))"
    }
    switch parameter.defaultValue {
    case nil: return text + " (required)"
    case .null: return text
    case .array(let elements):
      return text + " (default: \(elements.map { $0.string ?? $0.text() }.joined(separator: ",")))"
    case let value?: return text + " (default: \(value.string ?? value.text()))"
    }
  }

  private func table(_ rows: [(String, String)]) -> [String] {
    let width = min(rows.map(\.0.count).max() ?? 0, 34)
    return rows.map { left, right in
      left.count > width
        ? "  \(left)\n  \(String(repeating: " ", count: width))  \(right)"
        : "  \(left)\(String(repeating: " ", count: width - left.count))  \(right)"
    }
  }
}
