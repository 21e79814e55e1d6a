/// What is deployed, and where to.
public struct DeploymentSelection: Sendable {
  /// The environment; nil leaves out deployments that belong to environments.
  public var environment: String?
  /// The branch that is checked out; nil where that is not known.
  public var branch: String?
  /// `name` or `flow/name`, with `*` for any part of a name; empty for all.
  public var names: [String]
  /// The work pool of deployments that name neither a pool nor an infrastructure; nil for `default`.
  public var pool: String?

  public init(
    environment: String? = nil, branch: String? = nil, names: [String] = [], pool: String? = nil
  ) {
    self.environment = environment
    self.branch = branch
    self.names = names
    self.pool = pool
  }

  func selects(flow: String, name: String) -> Bool {
    names.isEmpty || names.contains { Self.matches($0, flow: flow, name: name) }
  }

  static func matches(_ pattern: String, flow: String, name: String) -> Bool {
    let parts = pattern.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return matches(parts[0], name) }
    return matches(parts[0], flow) && matches(parts[1], name)
  }

  private static func matches(_ pattern: Substring, _ text: String) -> Bool {
    let pieces = pattern.split(separator: "*", omittingEmptySubsequences: false)
    guard pieces.count > 1, let first = pieces.first, let last = pieces.last else { return pattern == text }
    guard text.count >= first.count + last.count, text.hasPrefix(first), text.hasSuffix(last) else {
      return false
    }
    var rest = text.dropFirst(first.count).dropLast(last.count)
    for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
      guard let found = rest.firstRange(of: piece) else { return false }
      rest = rest[found.upperBound...]
    }
    return true
  }
}
