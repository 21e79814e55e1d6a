import ArgumentParser
import Essentials
import FlowKit
import Foundation
import JSON
import PrefectAPI
import PrefectClient
import Worker

/// `sluice serve FLOW ...`: one process that serves flows; what container images run.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Registers deployments of flows, and runs them from this process until it is stopped.",
    discussion: """
      Each run has a process of its own. The deployments are paused when this stops, and go on when it is started \
      again; one that somebody else paused stays so. Without a schedule option the schedules that a deployment has are \
      left alone.
      """)

  @Argument(
    help: "The flows.",
    completion: .custom { _, _, _ in SluiceProgram.context.flows.map { $0.name } })
  var flows: [String]
  @Option(name: .shortAndLong, help: "The deployment's name (default: the flow's name with hyphens).")
  var name: String?
  @Option(help: ArgumentHelp("Run by this cron expression.", valueName: "expression"))
  var cron: String?
  @Option(help: ArgumentHelp("Run every so often: seconds, or 15m, 1h, PT15M.", valueName: "time"))
  var interval: String?
  @Option(help: ArgumentHelp("Run by this recurrence rule.", valueName: "rule"))
  var rrule: String?
  @Option(help: "The time zone of the schedule (default: UTC).")
  var timezone: String?
  @Option(
    name: [.customShort("p"), .customLong("param")],
    help: ArgumentHelp(
      "A parameter, as JSON or as plain text; may be given more than once.", valueName: "name=value"))
  var parameters: [String] = []
  @Option(name: .shortAndLong, help: "A tag of the deployments; may be given more than once.")
  var tag: [String] = []
  @Option(help: "The version of the deployments.")
  var version: String?
  @Flag(
    help:
      "Serve /health, /run_count and /shutdown (PREFECT_RUNNER_SERVER_HOST and _PORT, else localhost:8080).")
  var webserver = false
  @Flag(inversion: .prefixedNo, help: "Pause the deployments when this stops.")
  var pauseOnShutdown = true
  @OptionGroup var worker: WorkerOptionGroup

  func validate() throws {
    if flows.isEmpty { throw ValidationError("which flow?") }
    if [cron != nil, interval != nil, rrule != nil].filter({ $0 }).count > 1 {
      throw ValidationError("--cron, --interval and --rrule exclude each other")
    }
    if timezone != nil, cron == nil, interval == nil, rrule == nil {
      throw ValidationError("--timezone goes with --cron, --interval or --rrule")
    }
  }

  private func schedule() throws -> Deployment.Schedule? {
    if let cron { return .cron(cron, timezone: timezone) }
    if let interval {
      let seconds = try MomentText.seconds(interval, option: "--interval")
      guard seconds >= 1 else { throw UsageError("--interval \(interval): must be a second or more") }
      return Deployment.Schedule(.interval(seconds: seconds, anchor: nil), timezone: timezone)
    }
    return rrule.map { .rrule($0, timezone: timezone) }
  }

  func run() async throws {
    guard let catalogue = SluiceProgram.context.catalogue else { return }
    var given = JSONObject()
    for text in parameters {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2 else { throw UsageError("-p must be followed by name=value, not \(text)") }
      given[parts[0]] = (try? JSONValue(parsing: parts[1])) ?? .string(parts[1])
    }
    let collection = try ServedCollection(
      try flows.map { try catalogue.flow(named: $0) }, name: name, parameters: given,
      schedule: try schedule(),
      tags: tag,
      version: version)
    try await collection.serve(
      environment: SluiceProgram.context.environment, worker: worker, webserver: webserver,
      pausesOnStop: pauseOnShutdown)
  }
}

extension ServedCollection {
  /// Serves the flows until the process is told to stop.
  func serve(
    environment: [String: String], worker: WorkerOptionGroup, webserver: Bool, pausesOnStop: Bool
  ) async throws {
    var setting = try WorkerSetting(environment: environment, name: serverName)
    try worker.apply(to: &setting, querySetting: "PREFECT_RUNNER_POLL_FREQUENCY")
    let isEnabled = try setting.settings.bool("PREFECT_RUNNER_SERVER_ENABLE") ?? false
    if webserver || isEnabled {
      setting.options.health = try HealthServerSettings.runner.address(setting.settings)
    }
    let server = FlowServer(
      setting.client, flows: flows, options: setting.options, pausesOnStop: pausesOnStop,
      log: WorkerSetting.log(leastLevel: worker.logLevel)
    ) { deployment, link in
      print("serving \(deployment): \(link)")
    }
    try await server.run()
  }
}
