import Essentials
import FoundationEssentials
import JSON

/// Follows the references in the values of a block document.
struct BlockReferences {
  let environment: [String: String]
  /// The document's path, for messages.
  let document: String

  /// The value with every reference in its texts replaced.
  func resolve(_ value: JSONValue) throws -> JSONValue {
    switch value {
    case .string(let text): return .string(try resolve(text))
    case .array(let elements): return .array(try elements.map(resolve))
    case .object(let members):
      return .object(JSONObject(try members.map { (key: $0.key, value: try resolve($0.value)) }))
    default: return value
    }
  }

  private func resolve(_ text: String) throws -> String {
    if text.hasPrefix("file:") { return try content(of: try substitute(String(text.dropFirst(5)))) }
    return try substitute(text)
  }

  /// Replaces `${NAME}` and `${NAME:-default}`. What the environment gives is not searched again.
  private func substitute(_ text: String) throws -> String {
    var result = ""
    var rest = text[...]
    while let start = rest.firstRange(of: "${") {
      result += rest[..<start.lowerBound]
      guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
        throw Misconfiguration("block document \(document) has a reference that does not end: \(text)")
      }
      let reference = rest[start.upperBound..<end]
      let parts = reference.split(separator: ":-", maxSplits: 1, omittingEmptySubsequences: false).map(
        String.init)
      if let value = environment[parts[0]], !value.isEmpty || parts.count == 1 {
        result += value
      } else if parts.count == 2 {
        result += parts[1]
      } else {
        throw Misconfiguration(
          "block document \(document) refers to the environment variable \(parts[0]), which is not set",
          remedy: "Set it, or write ${\(parts[0]):-default}.")
      }
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  private func content(of path: String) throws -> String {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Misconfiguration("block document \(document) refers to the file \(path), which cannot be read")
    }
    // Editors end files with a line break, which is no part of a password.
    return String(String(decoding: data, as: UTF8.self).reversed().drop(while: \.isNewline).reversed())
  }
}
