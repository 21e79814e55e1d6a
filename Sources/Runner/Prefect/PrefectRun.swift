public import Essentials
public import FlowKit
public import Foundation
import PrefectAPI
public import PrefectClient

/// One run of a Prefect server, executed in this process: from the id that a worker was given to the final state.
///
/// While it runs, its logs, tasks, artifacts and progress are sent in batches; where the API goes away they are kept,
/// in memory and then on disk, and sent when it is back. A cancellation at the server is noticed within two seconds.
public struct PrefectRun: Sendable {
  /// How a run is executed.
  public struct Options: Sendable {
    /// How often the server is asked whether somebody wants the run cancelled.
    public var watchInterval: Duration = .milliseconds(1500)
    /// How often the server is told that the run is alive; nil never.
    public var heartbeat: Duration? = .seconds(180)
    /// How long the server is waited for that has not answered yet.
    public var startPatience: Duration = .seconds(60)
    /// How long the start, the final state, and what was not sent yet are kept trying to be told when the API is away.
    public var patience: Duration = .seconds(3600)
    /// The flow's name, where it is known already; else the server is asked.
    public var flowName: String?
    /// The least level of lines that are sent.
    public var logLevel = Log.Level.info
    /// The retries of flows that say nothing of their own.
    public var retries = 0
    public var retryDelay: Duration = .zero
    /// Where results are kept; nil keeps none.
    public var results: ResultStore?
    /// Where reports wait on disk while the API is away.
    public var spoolFolder: String
    /// Does the deployment's pull steps, which change the working directory of this process; nil does none.
    public var pullSteps: PullSteps?
    /// Whether what the process prints is told as lines of the log: for a process that executes this run alone.
    public var takesPrintedLines = false
    /// What is to be done before the final state: settling what a run has written.
    public var settle: @Sendable () async throws -> Void = {}

    public init(spoolFolder: String) { self.spoolFolder = spoolFolder }
  }

  /// How it went, for the exit code of the process.
  public enum Ending: Sendable {
    /// The server knows the final state, or the run is no longer this process's: exit code 0.
    case told
    /// The server does not know: whoever started the process has to say that it failed.
    case untold(any Error)
  }

  let id: UUID
  let client: PrefectClient
  let catalogue: Catalogue
  let execution: FlowExecution
  let options: Options
  let stopSwitch = StopSwitch()

  /// - Parameters:
  ///   - execution: the world of the run; its reporter is told of it as well.
  public init(
    _ id: UUID, client: PrefectClient, catalogue: Catalogue, execution: FlowExecution, options: Options
  ) {
    self.id = id
    self.client = client
    self.catalogue = catalogue
    self.execution = execution
    self.options = options
  }

  /// Executes the run. Cancelling the task that calls this cancels the run, which then is told to the server all the same.
  public func run() async -> Ending {
    let life = PrefectRunLife(self)
    return await withTaskCancellationHandler {
      // A task of its own: what has to be told after a cancellation must not be cancelled, too.
      await Task { await life.run() }.value
    } onCancel: {
      stopSwitch.stop(.interrupted)
    }
  }
}
