public import Essentials
public import FlowKit
public import FoundationEssentials
public import JSON

/// Executes one run of a flow in this process: parameters in, outcome out.
public struct FlowExecution: Sendable {
  /// Who is told what happens.
  public var reporter: any RunReporter
  public var blocks: BlockStore
  public var services: Services
  public var clock: any WallClock
  /// Under which each run gets a scratch folder of its own.
  public var temporaryFolder: String

  public init(
    reporter: any RunReporter, blocks: BlockStore, services: Services = Services(), clock: any WallClock = .system,
    temporaryFolder: String = FileManager.default.temporaryDirectory.path
  ) {
    self.reporter = reporter
    self.blocks = blocks
    self.services = services
    self.clock = clock
    self.temporaryFolder = temporaryFolder
  }

  /// Runs a flow with parameters laid over its defaults. Whatever goes wrong is in the outcome; cancelling the task
  /// that calls this cancels the run.
  public func run(_ flow: any Flow.Type, parameters: JSONObject, id: UUID = UUID()) async -> RunOutcome {
    await run(typed: flow, parameters, id)
  }

  private func run<Definition: Flow>(typed flow: Definition.Type, _ parameters: JSONObject, _ id: UUID) async -> RunOutcome {
    let scratch = "\(temporaryFolder)/sluice-\(id.uuidString.lowercased())"
    let files = FileManager.default
    do {
      let flow = try Definition.with(parameters)
      do { try files.createDirectory(atPath: scratch, withIntermediateDirectories: true) } catch {
        throw Fault("the scratch folder \(scratch) cannot be made: \(error)", remedy: "Set TMPDIR to a folder with room.")
      }
      let run = FlowRun(
        id: id, flowName: Definition.name, clock: clock, scratchFolder: scratch, services: services, blocks: blocks,
        reporter: reporter)
      let outcome: RunOutcome
      do { outcome = .completed(result: try await flow.run(run).json) } catch { outcome = Self.outcome(of: error) }
      do { try files.removeItem(atPath: scratch) } catch {
        run.log.warning("the scratch folder \(scratch) could not be removed: \(error)")
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
