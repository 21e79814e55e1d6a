package import Essentials
package import PrefectClient

/// What the runs of one worker share.
package struct RunWorld: Sendable {
  package var client: PrefectClient
  package var journal: RunJournal
  package var figures: WorkerFigures
  package var clock: any WallClock
  package var log: Log
  /// Where the output of runs is repeated.
  package var output: @Sendable ([UInt8]) -> Void
  package var worker: String
  /// What runs a flow of this program.
  package var ownCommand: [String]
  /// The option by which it waits for the word, so that it can be started before its run is claimed; nil where it does not.
  package var waitOption: String?
  /// The environment that processes inherit.
  package var environment: [String: String]
  /// Prefect's settings, as the processes get them.
  package var settings: [String: String]
  /// How long a process has between SIGTERM and SIGKILL when its run is cancelled.
  package var killGrace: Duration
  /// Watches a process that was started.
  package var watch: @Sendable (ProcessIdentity) throws -> ProcessWatch = { try ProcessWatch(child: $0) }
  /// Watches a process of a worker before this one; nil where it runs no more.
  package var adopt: @Sendable (ProcessIdentity) throws -> ProcessWatch? = { try ProcessWatch.adopting($0) }
  /// How often output, limits and memory are looked at.
  package var tick: Duration = .milliseconds(500)
  /// Before a call to the API is repeated that must arrive.
  package var backoff = Backoff(initial: .milliseconds(500), factor: 2, maximum: .seconds(20))

  package init(
    client: PrefectClient, journal: RunJournal, figures: WorkerFigures, clock: any WallClock, log: Log,
    output: @escaping @Sendable ([UInt8]) -> Void, worker: String, ownCommand: [String],
    environment: [String: String], settings: [String: String], killGrace: Duration
  ) {
    self.client = client
    self.journal = journal
    self.figures = figures
    self.clock = clock
    self.log = log
    self.output = output
    self.worker = worker
    self.ownCommand = ownCommand
    self.environment = environment
    self.settings = settings
    self.killGrace = killGrace
  }

  /// Watches the process of a worker before this one; nil where it runs no more. One that runs must not be taken for ended
  /// because it cannot be watched now.
  ///
  /// - Throws: `CancellationError` alone.
  func adopted(_ process: ProcessIdentity) async throws -> ProcessWatch? {
    var attempt = 0
    while true {
      do { return try adopt(process) } catch {
        attempt += 1
        if attempt == 1 { log.warning("\(error); tried again until it can be watched") }
        try await clock.sleep(for: backoff.delay(afterAttempt: attempt))
      }
    }
  }

  /// Asks the API until it has answered.
  ///
  /// - Returns: nil where the answer is that there is no such thing, or that it is not wanted.
  /// - Throws: `CancellationError` alone.
  func untilAnswered<Answer: Sendable>(
    _ what: String, _ ask: @Sendable () async throws -> Answer
  ) async throws -> Answer? {
    var attempt = 0
    while true {
      do {
        return try await ask()
      } catch let failure as PrefectFailure where failure.isNotFound || failure.kind == .rejected {
        log.warning("\(what): \(failure)")
        return nil
      } catch let error as CancellationError {
        throw error
      } catch {
        attempt += 1
        if attempt == 1 { log.warning("\(what): \(error); asked again until it is answered") }
        try await clock.sleep(for: backoff.delay(afterAttempt: attempt))
      }
    }
  }
}
