public import Essentials
import FoundationEssentials
import PrefectAPI
public import PrefectClient

/// One process that serves flows: it registers their deployments, takes their runs, and starts a process for each.
public struct FlowServer: Sendable {
  private let client: PrefectClient
  private let flows: [ServedFlow]
  private let options: WorkerOptions
  private let pausesOnStop: Bool
  private let clock: any WallClock
  private let log: Log
  private let announce: @Sendable (_ deployment: String, _ link: String) -> Void

  /// - Parameters:
  ///   - pausesOnStop: whether the deployments are paused when it stops, so that no runs pile up that nobody takes.
  ///   - announce: is told each deployment, `flow/name`, and where people look at it.
  public init(
    _ client: PrefectClient, flows: [ServedFlow], options: WorkerOptions, pausesOnStop: Bool = true,
    clock: any WallClock = .system, log: Log,
    announce: @escaping @Sendable (_ deployment: String, _ link: String) -> Void
  ) {
    self.client = client
    self.flows = flows
    self.options = options
    self.pausesOnStop = pausesOnStop
    self.clock = clock
    self.log = log
    self.announce = announce
  }

  /// Serves until SIGTERM or SIGINT, or `POST /shutdown`; then drains, and pauses the deployments.
  ///
  /// - Throws: `Misconfiguration` where a name belongs to a work pool, a second server of the same deployments runs on
  ///   this machine, or the health server's port is taken.
  public func run() async throws {
    let folder = options.folder(
      "serve", client.configuration.apiURL, flows.map { "\($0.flow)/\($0.name)" }.joined(separator: " "))
    let journal = try RunJournal(folder: folder, name: options.name, log: log)
    let figures = WorkerFigures()
    let source = ServedSource(client, flows: flows, pausesOnStop: pausesOnStop, log: log) {
      [announce, ui = client.configuration.uiURL] flow, deployment in
      announce("\(flow.flow)/\(flow.name)", "\(ui)/deployments/deployment/\(deployment.id.wire)")
    }
    let loop = FlowRunLoop(
      source, world: options.world(client, journal: journal, figures: figures, clock: clock, log: log),
      options: FlowRunLoop.Options(
        limit: options.limit, rhythm: PollRhythm(interval: options.pollInterval), drain: options.drain))
    try await ServiceRunner(
      loop: loop,
      health: options.health.map {
        HealthServer(
          address: $0, rule: .served(pollInterval: options.pollInterval), figures: figures,
          worker: options.name,
          clock: clock, shutdown: { await loop.stop() })
      }, log: log
    ).run()
  }
}
