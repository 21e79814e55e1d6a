import Connectors
import FlowKit
import FlowKitTesting
import Flows
import Sandbox
import Testing

@Suite("Counting stars, on a stand-in") struct GitHubStarsTests {
  @Test("Counts come in the order of the repositories, with a table")
  func stars() async throws {
    try await SandboxRun.with { run in
      let stars = try await run.test.run(
        GitHubStars.self, ["repos": ["PrefectHQ/prefect", "python/cpython"]])
      #expect(stars == [18456, 65123])
      #expect(
        run.test.reporter.artifacts == [
          .init(
            key: "github-stars",
            artifact: .table([
              ["repository": "PrefectHQ/prefect", "stars": 18456],
              ["repository": "python/cpython", "stars": 65123],
            ]))
        ])
      #expect(run.test.reporter.startedTasks.map(\.name) == ["get_stars_for_repo", "get_stars_for_repo"])
    }
  }

  @Test("A repository that does not exist is a matter of configuration, and not asked for twice")
  func missing() async throws {
    try await SandboxRun.with { run in
      let error = await #expect(throws: GitHubFailure.self) {
        try await run.test.run(GitHubStars.self, ["repos": ["nobody/nothing-at-all"]])
      }
      #expect(error?.kind == .configuration)
      #expect(await run.requests("GET", "/github") == 1)
    }
  }

  @Test("What is no repository name never reaches the network", arguments: ["cpython", "a/b/c", "a/b?x", ""])
  func badName(name: String) async throws {
    try await SandboxRun.with { run in
      await #expect(throws: GitHubFailure.self) {
        try await run.test.run(GitHubStars.self, ["repos": [.string(name)]])
      }
      #expect(await run.sandbox.requests().isEmpty)
    }
  }

  @Test("A server error passes")
  func serverError() async throws {
    try await SandboxRun.with({ $0.faults = SandboxFaults([.init(path: "/repos/python", way: .status(502))]) }
    ) { run in
      let stars = try await run.test.run(GitHubStars.self, ["repos": ["python/cpython"]])
      #expect(stars == [65123])
    }
  }
}
