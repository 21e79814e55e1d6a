package import FlowKit
import JSON

/// The parameters of a flow as a table for its README.
package enum ParameterTable {
  static let begin = "<!-- parameters: made by `sluice manifest generate` -->"
  static let end = "<!-- parameters: end -->"

  /// The table in Markdown.
  package static func text(_ flow: FlowDescription) -> String {
    var lines = ["| parameter | type | default | meaning |", "|---|---|---|---|"]
    for parameter in flow.parameters {
      let cells = [
        "`\(parameter.name)`", words(parameter.schema), text(ofDefault: parameter.defaultValue),
        parameter.description,
      ]
      lines.append("| \(cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ")) |")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A README with its table as it has to be; nil where it has no place for one.
  package static func replacing(in readme: String, of flow: FlowDescription) -> String? {
    guard let start = readme.firstRange(of: begin),
      let stop = readme[start.upperBound...].firstRange(of: end)
    else { return nil }
    return readme[..<start.upperBound] + "\n\n" + text(flow) + "\n" + readme[stop.lowerBound...]
  }

  private static func text(ofDefault value: JSONValue?) -> String {
    switch value {
    case nil: "must be given"
    case .null: "none"
    case .some(let value): "`\(value.text().replacing(",\"", with: ", \""))`"
    }
  }

  /// What a schema says of its values.
  private static func words(_ schema: JSONSchema) -> String {
    if let alternatives = schema["anyOf"]?.array?.compactMap(\.object) {
      let types = alternatives.map(JSONSchema.init).filter { $0.types != ["null"] }.map(words)
      return types.joined(separator: " or ")
    }
    if let reference = schema["$ref"]?.string {
      return reference.split(separator: "/").last.map { "`\($0)`" } ?? reference
    }
    if let choices = schema["enum"]?.array {
      return choices.map { "`\($0.string ?? $0.text())`" }.joined(separator: ", ")
    }
    if let items = schema.items { return "list of \(words(items))" }
    let type = schema.types.joined(separator: " or ")
    switch (schema["minimum"]?.double, schema["maximum"]?.double) {
    case (let low?, let high?): return "\(type), \(number(low)) to \(number(high))"
    case (let low?, nil): return "\(type), at least \(number(low))"
    case (nil, let high?): return "\(type), at most \(number(high))"
    case (nil, nil): return schema["format"]?.string.map { "\(type) (\($0))" } ?? type
    }
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() ? "\(Int(value))" : "\(value)"
  }
}
