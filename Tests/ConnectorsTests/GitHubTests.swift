import Connectors
import Essentials
import FlowKitTesting
import Foundation
import HTTP
import Sandbox
import Testing

@Suite("Reading GitHub") struct GitHubTests {
  /// A client of a stand-in whose clock does not wait.
  private func with(
    token: Bool = false, _ faults: [SandboxFault] = [],
    _ work: (GitHub, Sandbox, ManualClock, MemoryState) async throws -> Void
  ) async throws {
    let now = Date(timeIntervalSince1970: 1_787_230_000)
    var options = SandboxOptions()
    options.faults = SandboxFaults(faults)
    options.now = { now }
    let sandbox = try await Sandbox.start(options)
    let clock = ManualClock(now: now)
    let state = MemoryState()
    let client = GitHub(
      baseURL: sandbox.githubURL, token: token ? Secret(sandbox.githubToken) : nil,
      http: HTTPClient(clock: clock),
      clock: clock, state: state)
    do { try await work(client, sandbox, clock, state) } catch {
      await sandbox.stop()
      throw error
    }
    await sandbox.stop()
  }

  @Test("An answer that has not changed is not sent again, and costs nothing of the limit")
  func entityTag() async throws {
    try await with { client, sandbox, _, state in
      for _ in 1...100 { #expect(try await client.stars(of: "python/cpython") == 65_123) }
      let statuses = await sandbox.requests().map(\.status)
      #expect(statuses == [200] + Array(repeating: 304, count: 99))
      state.write(try #require(state.keys.first), Array("{}".utf8))
      #expect(try await client.stars(of: "python/cpython") == 65_123)
    }
  }

  @Test("A repository that was renamed is found under its old name")
  func renamed() async throws {
    try await with { client, _, _, _ in
      let repository = try await client.repository("dhis2/core")
      #expect(repository.fullName == "dhis2/dhis2-core")
    }
  }

  @Test("A used-up limit says until when, and that a token would help")
  func rateLimit() async throws {
    try await with { client, sandbox, _, state in
      for _ in 1...60 {
        _ = try await client.stars(of: "apple/swift")
        for key in state.keys { state.write(key, nil) }
      }
      let error = await #expect(throws: GitHubFailure.self) { try await client.stars(of: "apple/swift") }
      #expect(error?.kind == .transient)
      #expect(error?.message == "reading apple/swift from GitHub: the rate limit is used up (403)")
      #expect(error?.remedy?.contains("GITHUB_TOKEN") == true)
      #expect((error?.retryAfter ?? .zero) > .seconds(1))
    }
  }

  @Test("A pause that GitHub asks for is kept")
  func secondaryLimit() async throws {
    try await with([SandboxFault(path: "/repos", way: .tooManyRequests(retryAfter: 17))]) {
      client, _, clock, _ in
      let stars = try await client.stars(of: "python/cpython")
      #expect(stars == 65_123)
      #expect(clock.waits == [.seconds(17)])
    }
  }

  @Test("A private or missing repository is told from a network that is down")
  func missing() async throws {
    try await with { client, _, _, _ in
      let missing = await #expect(throws: GitHubFailure.self) { try await client.stars(of: "nobody/nothing") }
      #expect(missing?.kind == .configuration)
      #expect(missing?.message.contains("there is no such repository, or it is private (404)") == true)
    }
    let unreachable = GitHub(
      baseURL: "http://127.0.0.1:1", token: nil, http: HTTPClient(clock: ManualClock()))
    let error = await #expect(throws: HTTPFailure.self) { try await unreachable.stars(of: "a/b") }
    #expect(error?.kind == .transient)
  }

  @Test("A wrong token is a matter of configuration, and not shown")
  func wrongToken() async throws {
    try await with { _, sandbox, clock, _ in
      let client = GitHub(
        baseURL: sandbox.githubURL, token: Secret("ghp_wrong_token"), http: HTTPClient(clock: clock),
        clock: clock)
      let error = await #expect(throws: GitHubFailure.self) { try await client.stars(of: "python/cpython") }
      #expect(error?.kind == .configuration)
      #expect("\(String(describing: error))".contains("ghp_wrong_token") == false)
    }
  }
}
