import ArgumentParser
import Essentials
import HTTP
import JSON
import PrefectClient
import Worker

/// `sluice health`: the health check of container images.
struct HealthCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "health",
    abstract: "Asks the health server of this machine: 0 where all is well, 1 where it is not.",
    discussion: """
      What `sluice serve --webserver` and `sluice worker start --with-healthcheck` answer. Where the settings of both are \
      set, as in the images, the second is asked where nothing listens at the first.
      """)

  @Option(
    help: "The port (default: PREFECT_RUNNER_SERVER_PORT and PREFECT_WORKER_WEBSERVER_PORT, else 8080).")
  var port: Int?
  @Option(help: ArgumentHelp("How long the answer may take.", valueName: "time"))
  var timeout = Seconds(.seconds(5))
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let settings = try PrefectSettings(environment: SluiceProgram.context.environment)
    var problems: [String] = []
    for address in try HealthServerSettings.addresses(settings, port: port) {
      do {
        return try await ask(address)
      } catch let failure as HTTPFailure {
        problems.append(failure.message)
      }
    }
    for problem in problems { printError("error: \(problem)") }
    throw ExitCode(1)
  }

  /// Prints what a health server says.
  private func ask(_ address: HealthServer.Address) async throws {
    let host = address.host.contains(":") ? "[\(address.host)]" : address.host
    var configuration = HTTPConfiguration.sluice
    // A proxy is not the way to this machine.
    configuration.proxy = .none
    var request = HTTPRequest(.get, "http://\(host):\(address.port)/health")
    request.retry = .never
    request.timeouts.connect = timeout.duration
    request.timeouts.idle = timeout.duration
    let response = try await HTTPClient(configuration: configuration).send(request)
    let message =
      (try? JSONValue(parsing: response.body))?["message"]?.string ?? "status \(response.status)"
    output.done(message, ["message": .string(message), "status": .integer(response.status)])
    if !response.isSuccess { throw ExitCode(1) }
  }
}
