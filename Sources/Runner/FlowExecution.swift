public import Essentials
public import FlowKit
public import Foundation
public import JSON

/// Executes one run of a flow in this process: parameters in, outcome out.
public struct FlowExecution: Sendable {
  /// Who is told what happens.
  public var reporter: any RunReporter
  public var blocks: BlockStore
  public var services: Services
  public var clock: any WallClock
  /// What runs keep for later runs.
  public var state: any StateStore
  /// What runs share and can make again.
  public var cacheFolder: String
  /// Under which each run gets a scratch folder of its own.
  public var temporaryFolder: String

  public init(
    reporter: any RunReporter, blocks: BlockStore, state: any StateStore, cacheFolder: String,
    services: Services = Services(), clock: any WallClock = .system,
    temporaryFolder: String = FileManager.default.temporaryDirectory.path
  ) {
    self.reporter = reporter
    self.blocks = blocks
    self.services = services
    self.clock = clock
    self.state = state
    self.cacheFolder = cacheFolder
    self.temporaryFolder = temporaryFolder
  }

  /// Runs a flow with parameters laid over its defaults. Whatever goes wrong is in the outcome; cancelling the task
  /// that calls this cancels the run.
  public func run(_ flow: any Flow.Type, parameters: JSONObject, id: UUID = UUID()) async -> RunOutcome {
    await withTaskExecutorPreference(FlowThreads.shared) { await run(typed: flow, parameters, id) }
  }

  private func run<Definition: Flow>(typed flow: Definition.Type, _ parameters: JSONObject, _ id: UUID) async
    -> RunOutcome
  {
    let scratch = "\(temporaryFolder)/sluice-\(id.uuidString.lowercased())"
    let files = FileManager.default
    do {
      let flow = try Definition.with(parameters)
      do {
        try files.createDirectory(atPath: scratch, withIntermediateDirectories: true)
        try files.createDirectory(atPath: cacheFolder, withIntermediateDirectories: true)
      } catch {
        throw Fault(
          "the scratch folder \(scratch) or the cache folder \(cacheFolder) cannot be made: \(error.systemReason)",
          remedy: "Set TMPDIR and XDG_CACHE_HOME to folders with room.")
      }
      let context = RunContext(
        clock: clock, scratchFolder: scratch, cacheFolder: cacheFolder, services: services, blocks: blocks,
        state: state, reporter: reporter)
      let run = FlowRun(id: id, flowName: Definition.name, context: context)
      let outcome: RunOutcome
      do { outcome = .completed(result: try await run.execute(flow).json) } catch {
        outcome = Self.outcome(of: error)
      }
      do { try files.removeItem(atPath: scratch) } catch {
        run.log.warning("the scratch folder \(scratch) could not be removed: \(error.systemReason)")
      }
      return outcome
    } catch {
      return Self.outcome(of: error)
    }
  }

  private static func outcome(of error: any Error) -> RunOutcome {
    error is CancellationError ? .cancelled : .failed(error)
  }
}
