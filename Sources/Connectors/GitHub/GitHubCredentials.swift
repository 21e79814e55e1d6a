public import Essentials
public import FlowKit

/// A token for GitHub's API: the block type `github-credentials`.
public struct GitHubCredentials: Block {
  public static let typeSlug = "github-credentials"
  public static let environment = [
    EnvironmentBlock(
      name: "github", variables: ["token": "GITHUB_TOKEN", "base_url": "GITHUB_API_URL"], required: ["token"])
  ]

  /// The address of the API, without a slash at its end.
  public let baseURL: String
  public let token: Secret<String>?

  public init(_ values: BlockValues) throws {
    baseURL = try values.url("base_url", default: Self.publicAPI)
    token = try values.optionalSecret("token")
  }

  /// GitHub's own API, which anybody may read 60 times an hour.
  public static let publicAPI = "https://api.github.com"
}
