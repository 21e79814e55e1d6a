import Connectors
public import FlowKit

/// Counts the stars of some GitHub repositories.
public struct GitHubStars: Flow {
  public static let name = "retrieve_github_stars"
  public static let summary = "Counts the stars of some GitHub repositories."

  @Parameter("Repositories, as owner/name", .atLeast(1))
  var repos = ["python/cpython", "PrefectHQ/prefect"]
  @Parameter("Block with a GitHub token; none means anonymous, 60 requests an hour")
  var github: BlockReference<GitHubCredentials>? = nil

  public init() {}

  public func run(_ run: FlowRun) async throws -> [Int] {
    let client = try await run.gitHub(github)
    let stars = try await run.map("get_stars_for_repo", repos, width: 8, retry: .backoff(3)) { repo, task in
      let stars = try await client.stars(of: repo)
      task.log.info("\(repo) has \(stars) stars")
      return stars
    }
    try run.artifact(
      "github-stars", .table(zip(repos, stars).map { ["repository": .string($0), "stars": .integer($1)] }))
    return stars
  }
}
