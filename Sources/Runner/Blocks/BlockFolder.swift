import Essentials
import FoundationEssentials
package import JSON

/// The block documents of a folder, for those who bring them elsewhere.
package struct BlockFolder {
  /// A document, its references to the environment and to files not yet followed.
  package struct Entry: Sendable {
    package let path: String
    package let type: String
    package let name: String
    let values: JSONObject
    let environment: [String: String]

    /// The values with every reference followed.
    ///
    /// - Throws: `Misconfiguration` where a variable is not set, or a file cannot be read.
    package func resolved() throws -> JSONObject {
      let references = BlockReferences(environment: environment, document: path)
      return try references.resolve(.object(values)).object ?? [:]
    }
  }

  /// By the names of their files.
  package let entries: [Entry]

  /// - Throws: `Misconfiguration` where the folder or a document cannot be read, or two documents are the same block.
  package init(path folder: String, environment: [String: String]) throws {
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted() } catch {
      throw Misconfiguration(
        "the block folder \(folder) cannot be read: \(error.systemReason)",
        remedy: "Name a folder of block documents (*.yaml, *.yml, *.json).")
    }
    let files = names.filter { name in [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) } }
    entries = try files.map { name in
      let document = try BlockDocument(path: "\(folder)/\(name)")
      return Entry(
        path: document.path, type: document.type, name: document.name, values: document.values,
        environment: environment)
    }
    var known: [String: String] = [:]
    for entry in entries {
      if let other = known.updateValue(entry.path, forKey: "\(entry.type)/\(entry.name)") {
        throw Misconfiguration(
          "block \"\(entry.name)\" of type \(entry.type) stands in \(other) and in \(entry.path)",
          remedy: "Keep one of them.")
      }
    }
  }
}
