import Essentials
public import FlowKit
import FoundationEssentials
import JSON

/// Blocks written as documents in a folder: `blocks/*.yaml`, `*.yml` or `*.json`.
///
///     type: dhis2-credentials
///     name: prod
///     values:
///       base_url: https://dhis2.example.org
///       username: etl
///       password: ${DHIS2_PROD_PASSWORD}
///
/// A text may refer to the environment (`${NAME}`, `${NAME:-default}`); a text that begins with `file:` is the
/// content of that file. References are followed when the block is loaded, so that a document whose variables are not
/// set does no harm until somebody needs it.
public struct BlockFiles: BlockSource {
  private let folder: String
  private let environment: [String: String]

  public init(folder: String, environment: [String: String]) {
    self.folder = folder
    self.environment = environment
  }

  public func find(type: any Block.Type, name: String) throws -> BlockValues? {
    let matches = try documents().filter { $0.name == name && $0.type == type.typeSlug }
    guard matches.count < 2 else {
      throw Misconfiguration(
        "block \"\(name)\" of type \(type.typeSlug) stands in \(matches.map(\.path).joined(separator: " and in "))",
        remedy: "Keep one of them.")
    }
    guard let match = matches.first else { return nil }
    let references = BlockReferences(environment: environment, document: match.path)
    guard let values = try references.resolve(.object(match.values)).object else { return nil }
    return BlockValues(typeSlug: type.typeSlug, name: name, values: values, origin: match.path)
  }

  public func placesSearched(type: any Block.Type, name: String) -> [String] {
    ["documents in \(folder)/ (*.yaml, *.yml, *.json)"]
  }

  private func documents() throws -> [BlockDocument] {
    let files = FileManager.default
    guard files.fileExists(atPath: folder) else { return [] }
    let names: [String]
    do { names = try files.contentsOfDirectory(atPath: folder).sorted() } catch {
      throw Misconfiguration("the block folder \(folder) cannot be read: \(error.systemReason)")
    }
    return try names.filter { name in
      [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) }
    }.map { try BlockDocument(path: "\(folder)/\($0)") }
  }
}
