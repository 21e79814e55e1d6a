import JSON
import Sandbox
import Testing

@Suite struct GitHubTests {
  private func ask(_ sandbox: Sandbox, _ path: String, _ headers: [String: String] = [:]) async throws
    -> Answer
  {
    try await Wire.ask(port: sandbox.port, "/github/" + path, headers: headers)
  }

  @Test func repositoriesHaveStarsAndEntityTags() async throws {
    try await withSandbox { sandbox in
      let answer = try await ask(sandbox, "repos/python/cpython")
      #expect(answer.status == 200)
      #expect(answer.json["stargazers_count"] == 65_123)
      #expect(answer.headers["x-ratelimit-remaining"] == "59")
      let again = try await ask(
        sandbox, "repos/python/cpython", ["If-None-Match": answer.headers["etag"] ?? ""])
      #expect(again.status == 304)
      #expect(again.headers["x-ratelimit-remaining"] == "59")
    }
  }

  @Test func unknownMovedAndForbidden() async throws {
    try await withSandbox { sandbox in
      #expect(try await ask(sandbox, "repos/nobody/nothing").status == 404)
      let moved = try await ask(sandbox, "repos/dhis2/core")
      #expect(moved.status == 301)
      let target = try #require(moved.headers["location"]).dropFirst(sandbox.githubURL.count + 1)
      #expect(try await ask(sandbox, String(target)).json["full_name"] == "dhis2/dhis2-core")
      #expect(try await ask(sandbox, "repos/apple/swift", ["Authorization": "Bearer wrong"]).status == 401)
      let known = try await ask(
        sandbox, "repos/apple/swift", ["Authorization": "Bearer \(sandbox.githubToken)"])
      #expect(known.headers["x-ratelimit-limit"] == "5000")
    }
  }

  @Test func theSixtyFirstCallOfAnHourIsRefused() async throws {
    try await withSandbox { sandbox in
      for _ in 1...60 { #expect(try await ask(sandbox, "repos/sluicia/empty").status == 200) }
      let refused = try await ask(sandbox, "repos/sluicia/empty")
      #expect(refused.status == 403)
      #expect(refused.headers["x-ratelimit-remaining"] == "0")
      #expect(refused.headers["x-ratelimit-reset"] == "1787230800")
    }
  }
}
