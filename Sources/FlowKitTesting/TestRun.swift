public import FlowKit
import FoundationEssentials

/// A run for a test: a clock that does not wait, blocks and state in memory, chance without surprises, and everything
/// recorded.
///
///     let test = TestRun()
///     let stars = try await test.run(GitHubStars.self, ["repos": ["a/b"]])
///     #expect(test.reporter.artifacts.map(\.key) == ["github-stars"])
public struct TestRun: Sendable {
  public var reporter = RecordingReporter()
  public var clock = ManualClock()
  public var blocks = MemoryBlocks()
  public var state = MemoryState()
  public var services = Services()
  public var scratchFolder = FileManager.default.temporaryDirectory.path
  /// One of its own, which is made when something is put into it.
  public var cacheFolder = TestFolder.path()

  public init() {}

  /// What a flow under test is given. Every call makes a run of its own.
  public func flowRun(named name: String = "test") -> FlowRun {
    let ids = SequentialIDs()
    let context = RunContext(
      clock: clock, scratchFolder: scratchFolder, cacheFolder: cacheFolder, services: services,
      blocks: BlockStore([blocks]), state: state, reporter: reporter, random: { 0 }, makeID: { ids.next() })
    return FlowRun(flowName: name, context: context)
  }

  /// Runs a flow with the given parameters over its defaults, within its timeout.
  public func run<Definition: Flow>(
    _ flow: Definition.Type, _ parameters: JSONObject = [:]
  ) async throws -> Definition.Output {
    try await flowRun(named: Definition.name).execute(try Definition.with(parameters))
  }
}
