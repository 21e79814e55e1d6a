import Essentials
import Foundation

/// A `prefect.yaml`, its deployments not yet read: what they say depends on the environment that is deployed to.
package struct ManifestFile: Sendable {
  /// One deployment of a manifest.
  struct Entry: Sendable {
    let file: String
    let value: ManifestValue
    /// The pull steps of the whole manifest.
    let pull: ManifestValue?
    var line: Int { value.line }
    var place: String { "\(file):\(line)" }
  }

  /// As it is shown in messages.
  package let path: String
  let entries: [Entry]
  /// What the manifest calls the project, and the version of Prefect that it was written for.
  private let head: [(key: String, value: ManifestValue)]

  package init(path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Misconfiguration(
        "the manifest \(path) cannot be read",
        remedy: "Give the path of a prefect.yaml, or run this in the folder that has deployments/.")
    }
    try self.init(String(decoding: data, as: UTF8.self), path: path)
  }

  package init(_ text: String, path: String) throws {
    self.path = path
    guard let document = try ManifestValue.document(text, file: path) else {
      throw ManifestProblem(file: path, line: 1, "is empty")
    }
    let reader = ManifestReader(file: path)
    let members = try reader.members(
      document, of: "a manifest", known: ["name", "prefect-version", "build", "push", "pull", "deployments"])
    for step in ["build", "push"] { try reader.refuseBuild(members[step], step) }
    head = ["name", "prefect-version"].compactMap { key in members[key].map { (key, $0) } }
    for (key, value) in head { _ = try reader.text(value, key) }
    let pull = members["pull"]
    entries = try reader.elements(members["deployments"], "deployments").map {
      Entry(file: path, value: $0, pull: pull)
    }
  }

  /// What the manifest calls the project; nil where it does not.
  package func project(_ values: ReferenceValues) async throws -> String? {
    let substitution = ManifestSubstitution(file: path, values: values)
    let reader = ManifestReader(file: path)
    var project: String?
    for (key, value) in head {
      let text = try reader.text(try await substitution.apply(value), key)
      if key == "name" { project = text }
    }
    return project
  }
}
