import ArgumentParser
import Essentials
import PrefectClient
import Worker

/// `sluice worker start`: takes the runs of a work pool until it is stopped.
struct WorkerStartCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "start",
    abstract: "Takes the runs of a work pool, and starts a process for each, until it is stopped.",
    discussion: """
      Runs any command of a deployment (its job variable `command`), and without one this program's own flows. SIGTERM \
      and Ctrl-C let it drain; with the defaults that fits into the ten seconds of `docker stop`.
      """)

  @Option(name: .shortAndLong, help: "The work pool; it is made where it is missing.")
  var pool: String
  @Option(
    name: [.customShort("q"), .long], help: "Take the runs of this queue only; may be given more than once.")
  var workQueue: [String] = []
  @Option(name: .shortAndLong, help: "The type of the pool: process.")
  var type = "process"
  @Option(
    name: .shortAndLong,
    help:
      "What the worker is called (default: sluice- and the name of this machine). Its next start finds its runs by it."
  )
  var name: String?
  @Flag(help: "Serve /health and /metrics (PREFECT_WORKER_WEBSERVER_HOST and _PORT, else localhost:8080).")
  var withHealthcheck = false
  @Flag(inversion: .prefixedNo, help: "Make the pool where it is missing.")
  var createPoolIfNotFound = true
  @OptionGroup var worker: WorkerOptionGroup

  func validate() throws {
    guard type == "process" else {
      throw ValidationError(
        "--type must be process: this worker starts processes. Prefect's own has other types.")
    }
  }

  func run() async throws {
    var setting = try WorkerSetting(
      environment: SluiceProgram.context.environment, name: name ?? "sluice-\(WorkerSetting.hostName)")
    try worker.apply(to: &setting, querySetting: "PREFECT_WORKER_QUERY_SECONDS")
    if let seconds = try setting.settings.number("PREFECT_WORKER_HEARTBEAT_SECONDS"), seconds > 0 {
      setting.options.heartbeatInterval = .seconds(seconds)
    }
    if withHealthcheck {
      setting.options.health = try HealthServerSettings.worker.address(setting.settings)
    }
    try await Worker(
      setting.client, pool: Worker.Pool(pool, queues: workQueue, isCreated: createPoolIfNotFound),
      options: setting.options, log: WorkerSetting.log(leastLevel: worker.logLevel)
    ).run()
  }
}
