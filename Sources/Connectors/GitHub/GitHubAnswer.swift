import Essentials
import Foundation
import HTTP
import JSON

/// What an unwelcome answer of GitHub means
/// (https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api).
struct GitHubAnswer {
  private let response: HTTPResponse
  private let now: Date
  private let hasToken: Bool

  init(_ response: HTTPResponse, now: Date, hasToken: Bool) {
    self.response = response
    self.now = now
    self.hasToken = hasToken
  }

  func failure(reading repository: String) -> GitHubFailure {
    let operation = "reading \(repository) from GitHub"
    switch response.status {
    case 401:
      return GitHubFailure(
        .configuration, "\(operation): the token was refused (401)",
        remedy: "Set GITHUB_TOKEN to a valid token.")
    case 404:
      return GitHubFailure(
        .configuration, "\(operation): there is no such repository, or it is private (404)",
        remedy: "Check the name, or use a token that may read it.")
    case 451:
      return GitHubFailure(.configuration, "\(operation): the repository is closed for legal reasons (451)")
    case 403, 429: return limit(operation)
    case 500...:
      return GitHubFailure(
        .transient, "\(operation): GitHub answered \(response.status)",
        retryAfter: response.retryAfter(now: now))
    default: return GitHubFailure(.fault, "\(operation): GitHub answered \(response.status)")
    }
  }

  private func limit(_ operation: String) -> GitHubFailure {
    let message = (try? JSONValue(parsing: response.body))?["message"]?.string ?? ""
    if response.headers["X-RateLimit-Remaining"] == "0" {
      let reset = response.headers["X-RateLimit-Reset"].flatMap(Double.init)
      let wait = reset.map { Duration.seconds(max(1, $0 - now.timeIntervalSince1970)) }
      return GitHubFailure(
        .transient, "\(operation): the rate limit is used up (\(response.status))",
        remedy: hasToken
          ? nil : "A token in GITHUB_TOKEN raises the limit from 60 to 5,000 requests an hour.",
        retryAfter: response.retryAfter(now: now) ?? wait)
    }
    if let wait = response.retryAfter(now: now)
      ?? (message.contains("secondary rate limit") ? .seconds(60) : nil)
    {
      return GitHubFailure(
        .transient, "\(operation): GitHub asks for a pause (\(response.status), secondary rate limit)",
        retryAfter: wait)
    }
    if response.status == 429 { return GitHubFailure(.transient, "\(operation): too many requests (429)") }
    return GitHubFailure(
      .configuration, "\(operation): access is forbidden (403)\(message.isEmpty ? "" : ": \(message)")",
      remedy: "Use a token that may read the repository.")
  }
}
