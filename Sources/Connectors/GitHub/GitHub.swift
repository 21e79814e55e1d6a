public import Essentials
public import FlowKit
public import HTTP
import JSON

/// A client of GitHub's REST API (https://docs.github.com/rest).
public struct GitHub: Sendable {
  private let baseURL: String
  private let token: Secret<String>?
  private let http: HTTPClient
  private let clock: any WallClock
  private let state: (any StateStore)?

  /// - Parameters:
  ///   - baseURL: the API's address without a slash at its end.
  ///   - token: nil reads anonymously.
  ///   - state: where answers are kept: asking again costs nothing of the rate limit while they have not changed.
  public init(
    baseURL: String, token: Secret<String>?, http: HTTPClient, clock: any WallClock = .system,
    state: (any StateStore)? = nil
  ) {
    self.baseURL = baseURL
    self.token = token
    self.http = http
    self.clock = clock
    self.state = state
  }

  /// The number of stars of a repository, `owner/name`.
  public func stars(of repository: String) async throws -> Int { try await self.repository(repository).stars }

  /// A repository by its name, `owner/name`. One that was renamed is found under its old name.
  public func repository(_ name: String) async throws -> GitHubRepository {
    guard name.wholeMatch(of: /[A-Za-z0-9-]+\/[A-Za-z0-9._-]+/) != nil else {
      throw GitHubFailure(.configuration, "\"\(name)\" is no repository", remedy: "Write it as owner/name.")
    }
    let kept = try await keptAnswer(name)
    var headers: HTTPHeaders = [
      "Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28",
    ]
    if let kept { headers["If-None-Match"] = kept.tag }
    let request = HTTPRequest(
      .get, "\(baseURL)/repos/\(name)", headers: headers, authentication: token.map { .bearer($0) } ?? .none)
    let response = try await http.send(request)
    if response.status == 304, let kept { return kept.repository }
    guard response.status == 200 else {
      throw GitHubAnswer(response, now: clock.now(), hasToken: token != nil).failure(reading: name)
    }
    guard let repository = GitHubRepository(try JSONValue(parsing: response.body)) else {
      throw GitHubFailure(.fault, "GitHub's answer for \(name) has no full_name and stargazers_count")
    }
    if let tag = response.headers["ETag"] { try await keep(repository, tag: tag, name) }
    return repository
  }

  private func keptAnswer(_ name: String) async throws -> (tag: String, repository: GitHubRepository)? {
    // An answer that cannot be read any more is asked for anew.
    guard let bytes = try await state?.read(key(name)), let document = try? JSONValue(parsing: bytes),
      let tag = document["etag"]?.string,
      let repository = document["repository"].flatMap(GitHubRepository.init)
    else { return nil }
    return (tag, repository)
  }

  private func keep(_ repository: GitHubRepository, tag: String, _ name: String) async throws {
    let document: JSONValue = ["etag": .string(tag), "repository": repository.document]
    try await state?.write(key(name), document.bytes())
  }

  /// Stands apart by server: another server's tags mean nothing here.
  private func key(_ name: String) -> String {
    "github/\(URLText.encode(baseURL))/\(name.lowercased())"
  }
}
