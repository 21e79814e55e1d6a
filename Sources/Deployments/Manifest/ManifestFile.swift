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
  /// What the manifest calls the project.
  package let project: String?
  let entries: [Entry]

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
    project = try members["name"].flatMap { try reader.text($0, "name") }
    _ = try members["prefect-version"].flatMap { try reader.text($0, "prefect-version") }
    let pull = members["pull"]
    entries = try reader.elements(members["deployments"], "deployments").map {
      Entry(file: path, value: $0, pull: pull)
    }
  }
}
