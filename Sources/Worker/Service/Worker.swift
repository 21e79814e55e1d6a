public import Essentials
import FoundationEssentials
import Logging
public import PrefectClient
import ServiceLifecycle
import UnixSignals

/// A worker: it takes the runs of a work pool, and starts a process for each.
///
/// It goes on through everything that the API does or does not do. What it has started outlives it: a worker of the
/// same name, on the same machine, finds its processes again.
public struct Worker: Sendable {
  /// Which runs it takes.
  public struct Pool: Sendable {
    public var name: String
    /// By their names; none for all.
    public var queues: [String]
    /// Whether the pool is made where it is missing.
    public var isCreated: Bool

    public init(_ name: String, queues: [String] = [], isCreated: Bool = true) {
      self.name = name
      self.queues = queues
      self.isCreated = isCreated
    }
  }

  private let client: PrefectClient
  private let pool: Pool
  private let options: WorkerOptions
  private let clock: any WallClock
  private let log: Log

  public init(
    _ client: PrefectClient, pool: Pool, options: WorkerOptions, clock: any WallClock = .system, log: Log
  ) {
    self.client = client
    self.pool = pool
    self.options = options
    self.clock = clock
    self.log = log
  }

  /// Works until SIGTERM or SIGINT, then drains. SIGQUIT ends it at once; its processes go on.
  ///
  /// - Throws: `Misconfiguration` where it cannot work at all: a pool of another type, a second worker of its name on
  ///   this machine, a health server's port that is taken.
  public func run() async throws {
    let folder = options.folder("worker", client.configuration.apiURL, pool.name)
    let journal = try RunJournal(folder: folder, name: options.name, log: log)
    let figures = WorkerFigures()
    let source = PoolSource(
      client, pool: pool.name, queues: pool.queues, worker: options.name, createsPool: pool.isCreated,
      heartbeatInterval: options.heartbeatInterval, log: log)
    let loop = FlowRunLoop(
      source, world: options.world(client, journal: journal, figures: figures, clock: clock, log: log),
      options: FlowRunLoop.Options(
        limit: options.limit, rhythm: PollRhythm(interval: options.pollInterval), drain: options.drain))
    log.info(
      "worker \(options.name) takes the runs of work pool \(pool.name) at \(client.configuration.uiURL)")
    try await ServiceRunner(
      loop: loop,
      health: options.health.map {
        HealthServer(
          address: $0, rule: .worker(pollInterval: options.pollInterval), figures: figures,
          worker: options.name,
          clock: clock, shutdown: nil)
      }, log: log
    ).run()
    log.info("worker \(options.name) has stopped")
  }
}
