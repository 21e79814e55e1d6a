/// What is deployed, and where to.
public struct DeploymentSelection: Sendable {
  /// The environment; nil leaves out deployments that belong to environments.
  public var environment: String?
  /// The branch that is checked out; nil where that is not known.
  public var branch: String?
  /// `name` or `flow/name`; empty for all.
  public var names: [String]

  public init(environment: String? = nil, branch: String? = nil, names: [String] = []) {
    self.environment = environment
    self.branch = branch
    self.names = names
  }

  func selects(flow: String, name: String) -> Bool {
    names.isEmpty || names.contains(name) || names.contains("\(flow)/\(name)")
  }
}
