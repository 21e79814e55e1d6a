import Connectors
import Essentials
import FlowKit
import Foundation
import HTTP
import PrefectClient
import Runner

/// What a run of a Prefect server sees: its client, blocks, state and services, by Prefect's settings.
struct PrefectWorld {
  let client: PrefectClient
  let execution: FlowExecution
  let options: PrefectRun.Options

  init(environment: [String: String], blockFolder: String, console: any RunReporter) async throws {
    let settings = try PrefectSettings(environment: environment)
    var configuration = try PrefectConfiguration(settings)
    var transport = configuration.http
    transport.userAgent = HTTPConfiguration.sluice.userAgent
    let sender = HTTPClient(configuration: transport)
    let kept = PrefectClient(configuration, http: sender)
    // A run goes on without the API and asks again by itself: one call must not hold the others up for long.
    configuration.maxRetries = min(configuration.maxRetries, 1)
    configuration.timeout = min(configuration.timeout, .seconds(15))
    client = PrefectClient(configuration, http: sender)
    let folders = ProgramFolders(environment)
    let blocks = BlockStore(BlockPlaces.all(environment, server: kept, folder: blockFolder))
    let state = PrefectState(kept, files: FileState(folder: "\(folders.state)/state"))
    var services = Services()
    let http = HTTPClient(configuration: .sluice)
    services[HTTPService.self] = http
    if let address = environment["GITHUB_API_URL"], !address.isEmpty {
      services[GitHubAddress.self] = address
    }
    execution = FlowExecution(
      reporter: console, blocks: blocks, state: state, cacheFolder: folders.cache, services: services)
    options = try await Self.options(
      settings, client: kept, http: http, blocks: blocks, state: state, folders: folders,
      environment: environment)
  }

  private static func options(
    _ settings: PrefectSettings, client: PrefectClient, http: HTTPClient, blocks: BlockStore,
    state: PrefectState, folders: ProgramFolders, environment: [String: String]
  ) async throws -> PrefectRun.Options {
    var options = PrefectRun.Options(spoolFolder: "\(folders.state)/spool")
    if let seconds = try settings.number("PREFECT_FLOWS_HEARTBEAT_FREQUENCY") {
      // Prefect's own least.
      options.heartbeat = seconds > 0 ? .seconds(max(30, seconds)) : nil
    }
    options.retries = try settings.number("PREFECT_FLOWS_DEFAULT_RETRIES").map { Int($0) } ?? 0
    options.retryDelay = .seconds(try settings.number("PREFECT_FLOWS_DEFAULT_RETRY_DELAY_SECONDS") ?? 0)
    if settings["PREFECT_LOGGING_LEVEL"]?.uppercased() == "DEBUG" { options.logLevel = .debug }
    options.takesPrintedLines = true
    options.flowName = environment["PREFECT__FLOW_NAME"]
    options.pullSteps = PullSteps(blocks: blocks, state: state, environment: environment)
    options.settle = { try await state.settle() }
    if try settings.bool("PREFECT_RESULTS_PERSIST_BY_DEFAULT") ?? true {
      let home = settings["PREFECT_HOME"] ?? "\(environment["HOME"] ?? ".")/.prefect"
      options.results = ResultStore(
        block: settings["PREFECT_RESULTS_DEFAULT_STORAGE_BLOCK"],
        folder: settings["PREFECT_RESULTS_LOCAL_STORAGE_PATH"] ?? "\(home)/storage", client: client,
        blocks: blocks, http: http)
    }
    return options
  }
}
