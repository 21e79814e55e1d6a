import FoundationEssentials
import JSON

/// Recorded and documented payloads that lie beside the checkout, where they are there.
enum Fixtures {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/fixtures").path

  static func path(_ name: String) -> String { root + "/" + name }

  static var arePresent: Bool { FileManager.default.fileExists(atPath: root) }

  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: path(name))))
  }

  static func json(_ name: String) throws -> JSONValue { try JSONValue(parsing: bytes(name)) }
}

extension JSONValue {
  /// The paths of all members, elements of arrays taken together: `response.conflicts.errorCode`.
  func paths(_ prefix: String = "") -> Set<String> {
    switch self {
    case .object(let members):
      return members.reduce(into: []) { paths, member in
        let path = prefix.isEmpty ? member.key : prefix + "." + member.key
        paths.insert(path)
        paths.formUnion(member.value.paths(path))
      }
    case .array(let elements): return elements.reduce(into: []) { $0.formUnion($1.paths(prefix)) }
    default: return []
    }
  }
}
