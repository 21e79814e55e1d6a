import Essentials
import FoundationEssentials
import JSON
import Yams

/// A block as it stands in a file, its references not yet followed.
struct BlockDocument {
  let path: String
  let type: String
  let name: String
  let values: JSONObject

  init(path: String) throws {
    self.path = path
    let document = try Self.read(path)
    guard let members = document.object else {
      throw Misconfiguration("block document \(path) must have the members type, name and values")
    }
    if let unknown = members.keys.first(where: { !["type", "name", "values"].contains($0) }) {
      throw Misconfiguration(
        "block document \(path) has the unknown member \(unknown); known are type, name, values")
    }
    guard let type = members["type"]?.string, let name = members["name"]?.string,
      let values = members["values"]?.object
    else {
      throw Misconfiguration(
        "block document \(path) is not complete",
        remedy: "It needs `type` (a block type), `name`, and `values` (a mapping).")
    }
    self.type = type
    self.name = name
    self.values = values
  }

  private static func read(_ path: String) throws -> JSONValue {
    let data: Data
    do { data = try Data(contentsOf: URL(filePath: path)) } catch {
      throw Misconfiguration("block document \(path) cannot be read: \(error.systemReason)")
    }
    do {
      if path.hasSuffix(".json") { return try JSONValue(parsing: data) }
      guard let node = try Yams.compose(yaml: String(decoding: data, as: UTF8.self)) else { return .null }
      return try JSONValue(yaml: node)
    } catch {
      throw Misconfiguration("block document \(path) cannot be read: \(error)")
    }
  }
}
