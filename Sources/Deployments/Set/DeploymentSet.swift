import Essentials
public import FlowKit
import JSON

/// The deployments of a project: those of its manifests, and those that are told beside the flows.
public struct DeploymentSet: Sendable {
  /// A deployment, read and checked, for the environment that is deployed to.
  public struct Entry: Sendable {
    public let flow: FlowDescription
    public let deployment: Deployment
    /// Where it is told: `deployments/json_filter/prefect.yaml:3`, or `the code of flow json_filter`.
    public let place: String
    let members: MemberPlaces
    /// `flow/name`.
    public var name: String { "\(flow.name)/\(deployment.name)" }
  }

  /// A deployment that stays as it is on the server.
  public struct Skipped: Sendable, Equatable {
    /// `flow/name`.
    public let name: String
    public let reason: String
    /// Whether it is still part of the environment, so that pruning must leave it alone.
    let isKept: Bool
  }

  /// What the project is called on the server.
  public let project: String
  public let environment: String?
  public let entries: [Entry]
  public let skipped: [Skipped]
  /// Whether only some of the deployments were asked for.
  let isPart: Bool

  /// The deployments that are told beside the flows.
  ///
  /// - Throws: ``ManifestProblem`` or ``ManifestFailure``.
  public init(
    _ catalogue: Catalogue, project: String, selection: DeploymentSelection = DeploymentSelection()
  ) throws {
    var collection = DeploymentCollection(catalogue: catalogue, selection: selection)
    collection.addCode()
    self = try collection.set(project: project)
  }

  /// The deployments of some manifests, and those that are told beside the flows.
  package init(
    _ catalogue: Catalogue, manifests: [ManifestFile], project: String,
    selection: DeploymentSelection = DeploymentSelection(), values: ReferenceValues
  ) async throws {
    var collection = DeploymentCollection(catalogue: catalogue, selection: selection)
    for manifest in manifests {
      for entry in manifest.entries { try await collection.add(entry, values) }
    }
    collection.addCode()
    self = try collection.set(project: try await Self.project(of: manifests, values) ?? project)
  }

  init(
    project: String, environment: String?, entries: [Entry], skipped: [Skipped], isPart: Bool
  ) {
    self.project = project
    self.environment = environment
    self.entries = entries
    self.skipped = skipped
    self.isPart = isPart
  }

  /// What manifests call their project; nil where they do not.
  package static func project(
    of manifests: [ManifestFile], _ values: ReferenceValues
  ) async throws -> String? {
    var named: (path: String, project: String)?
    for manifest in manifests {
      guard let project = try await manifest.project(values) else { continue }
      if let named, named.project != project {
        throw Misconfiguration(
          "\(named.path) calls the project \(named.project), \(manifest.path) calls it \(project)",
          remedy: "Give both the same `name:`: it tells what of a server belongs to this project.")
      }
      named = named ?? (manifest.path, project)
    }
    return named?.project
  }
}
