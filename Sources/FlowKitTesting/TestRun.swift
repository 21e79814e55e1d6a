import Essentials
public import FlowKit
import FoundationEssentials
public import JSON

/// A run for a test: a clock that does not wait, blocks in memory, and everything recorded.
///
///     let test = TestRun()
///     let stars = try await test.run(GitHubStars.self, ["repos": ["a/b"]])
///     #expect(test.reporter.artifacts.map(\.key) == ["github-stars"])
public struct TestRun: Sendable {
  public var reporter = RecordingReporter()
  public var clock = ManualClock()
  public var blocks = MemoryBlocks()
  public var services = Services()
  public var scratchFolder = FileManager.default.temporaryDirectory.path

  public init() {}

  /// What a flow under test is given. Every call makes a run of its own.
  public func flowRun(named name: String = "test") -> FlowRun {
    FlowRun(
      flowName: name, clock: clock, scratchFolder: scratchFolder, services: services, blocks: BlockStore([blocks]),
      reporter: reporter)
  }

  /// Runs a flow with the given parameters over its defaults.
  public func run<Definition: Flow>(
    _ flow: Definition.Type, _ parameters: JSONObject = [:]
  ) async throws -> Definition.Output {
    try await Definition.with(parameters).run(flowRun(named: Definition.name))
  }
}
