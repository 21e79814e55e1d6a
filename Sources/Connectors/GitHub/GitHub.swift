public import Essentials
import FoundationEssentials
public import HTTP
import JSON

/// A client of GitHub's REST API (https://docs.github.com/rest).
public struct GitHub: Sendable {
  private let baseURL: String
  private let token: Secret<String>?
  private let http: HTTPClient

  /// - Parameters:
  ///   - baseURL: the API's address without a slash at its end.
  ///   - token: nil reads anonymously.
  public init(baseURL: String, token: Secret<String>?, http: HTTPClient) {
    self.baseURL = baseURL
    self.token = token
    self.http = http
  }

  /// The number of stars of a repository, `owner/name`.
  public func stars(of repository: String) async throws -> Int {
    guard repository.wholeMatch(of: /[A-Za-z0-9-]+\/[A-Za-z0-9._-]+/) != nil else {
      throw GitHubFailure(
        .configuration, "\"\(repository)\" is no repository", remedy: "Write it as owner/name.")
    }
    let request = HTTPRequest(
      .get, "\(baseURL)/repos/\(repository)",
      headers: ["Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"],
      authentication: token.map { .bearer($0) } ?? .none)
    let response = try await http.send(request)
    guard response.status == 200 else { throw failure(of: response, repository: repository) }
    let body = try JSONValue(parsing: response.body)
    guard let stars = body["stargazers_count"]?.integer else {
      throw GitHubFailure(.fault, "GitHub's answer for \(repository) has no stargazers_count")
    }
    return stars
  }

  private func failure(of response: HTTPResponse, repository: String) -> GitHubFailure {
    let operation = "reading the stars of \(repository) from GitHub"
    switch response.status {
    case 401:
      return GitHubFailure(
        .configuration, "\(operation): the token was refused (401)",
        remedy: "Set GITHUB_TOKEN to a valid token.")
    case 404:
      return GitHubFailure(
        .configuration, "\(operation): there is no such repository, or it is private (404)",
        remedy: "Check the name, or use a token that may read it.")
    case 403, 429:
      let wait = Self.wait(response.headers)
      guard wait != nil || response.headers["X-RateLimit-Remaining"] == "0" else {
        return GitHubFailure(.configuration, "\(operation): access is forbidden (403)")
      }
      return GitHubFailure(
        .transient, "\(operation): the rate limit is used up (\(response.status))",
        remedy: token == nil
          ? "A token in GITHUB_TOKEN raises the limit from 60 to 5,000 requests an hour." : nil,
        retryAfter: wait)
    case 500...:
      return GitHubFailure(.transient, "\(operation): GitHub answered \(response.status)")
    default:
      return GitHubFailure(.fault, "\(operation): GitHub answered \(response.status)")
    }
  }

  /// How long GitHub asks us to wait: `Retry-After`, or until the limit is reset.
  private static func wait(_ headers: HTTPHeaders) -> Duration? {
    if let seconds = headers["Retry-After"].flatMap(Int.init) { return .seconds(seconds) }
    guard headers["X-RateLimit-Remaining"] == "0",
      let reset = headers["X-RateLimit-Reset"].flatMap(Double.init)
    else {
      return nil
    }
    return .seconds(max(1, reset - Date().timeIntervalSince1970))
  }
}
