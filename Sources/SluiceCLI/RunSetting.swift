import Connectors
import FlowKit
import HTTP
import Runner
import Sandbox

/// The world a run sees: its blocks and services, real or stand-ins.
struct RunSetting {
  let blocks: BlockStore
  let services: Services
  private let sandbox: Sandbox?

  init(_ options: FlowArguments, environment: [String: String]) async throws {
    var environment = environment
    var sources: [any BlockSource] = []
    if options.usesSandbox {
      let sandbox = try await Sandbox.start(SandboxOptions(sharingNetCDF: ()))
      // Only the stand-ins: a run that names another block must not reach a real server from here.
      environment = sandbox.environment
      sources = [EnvironmentBlocks(environment)]
      self.sandbox = sandbox
      printError("sandbox at \(sandbox.baseURL): DHIS2, Climate Data Store and GitHub are stand-ins")
    } else {
      sources = BlockPlaces.all(environment, folder: options.blockFolder)
      sandbox = nil
    }
    blocks = BlockStore(sources)
    var services = Services()
    services[HTTPService.self] = HTTPClient(configuration: .sluice)
    if let address = environment["GITHUB_API_URL"], !address.isEmpty {
      services[GitHubAddress.self] = address
    }
    self.services = services
  }

  /// What runs keep for later runs; those on stand-ins apart from the others.
  func state(in folders: ProgramFolders) -> FileState {
    FileState(folder: "\(folders.state)/\(sandbox == nil ? "state" : "sandbox-state")")
  }

  /// Stops the stand-ins.
  func close() async { await sandbox?.stop() }
}
