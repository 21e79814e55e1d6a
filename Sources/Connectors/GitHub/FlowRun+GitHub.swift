public import FlowKit

/// The address of the API that anonymous runs read: GitHub's own, or a stand-in.
public enum GitHubAddress: ServiceKey {
  public static func makeDefault() -> String { GitHubCredentials.publicAPI }
}

extension FlowRun {
  /// A GitHub client with the token of a block, or without one.
  public func gitHub(_ block: BlockReference<GitHubCredentials>?) async throws -> GitHub {
    guard let credentials = try await load(block) else {
      return GitHub(baseURL: services[GitHubAddress.self], token: nil, http: http)
    }
    return GitHub(baseURL: credentials.baseURL, token: credentials.token, http: http)
  }
}
