public import FlowKit

/// The address of the API that anonymous runs read: GitHub's own, or a stand-in.
public enum GitHubAddress: ServiceKey {
  public static func makeDefault() -> String { GitHubCredentials.publicAPI }
}

extension FlowRun {
  /// A GitHub client with the token of a block, or without one.
  public func gitHub(_ block: BlockReference<GitHubCredentials>?) async throws -> GitHub {
    let credentials = try await load(block)
    return GitHub(
      baseURL: credentials?.baseURL ?? services[GitHubAddress.self], token: credentials?.token, http: http,
      clock: clock, state: state)
  }
}
