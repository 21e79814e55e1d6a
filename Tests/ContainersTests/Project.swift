import Foundation
import JSON
import Yams

/// The project as it lies on disk.
enum Project {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path).path)
  }

  /// The names of what can be deployed: the folders of `deployments/`, which are the names of the flows.
  static let flows: [String] = {
    let names =
      (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: "deployments").path)) ?? []
    return names.filter { exists("deployments/\($0)/prefect.yaml") }.sorted()
  }()

  /// Every YAML document as JSON, its merges done.
  static func yaml(_ path: String) throws -> JSONValue { json(try Yams.load(yaml: try text(path))) }

  private static func json(_ value: Any?) -> JSONValue {
    switch value {
    case let flag as Bool: .bool(flag)
    case let number as Int: .integer(number)
    case let number as Double: .number(number)
    case let text as String: .string(text)
    case let elements as [Any]: .array(elements.map(json))
    case let members as [AnyHashable: Any]:
      .object(
        JSONObject(
          members.sorted { "\($0.key)" < "\($1.key)" }.map { (key: "\($0.key)", value: json($0.value)) }))
    default: .null
    }
  }

  /// All Swift text of the program.
  static let sources: String = {
    let files = FileManager.default.enumerator(
      at: root.appending(path: "Sources"), includingPropertiesForKeys: nil)
    return (files?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }
      .compactMap { try? String(contentsOf: $0, encoding: .utf8) }.joined(separator: "\n")
  }()
}
