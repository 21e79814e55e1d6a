import ArgumentParser
import Essentials
import HTTP
import JSON
import PrefectClient

/// `sluice health`: the health check of container images.
struct HealthCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "health",
    abstract: "Asks the health server of this machine: 0 where all is well, 1 where it is not.",
    discussion: "What `sluice serve --webserver` and `sluice worker start --with-healthcheck` answer.")

  @Option(help: "The port (default: PREFECT_RUNNER_SERVER_PORT, else 8080).")
  var port: Int?
  @Option(help: ArgumentHelp("How long the answer may take.", valueName: "time"))
  var timeout = Seconds(.seconds(5))

  func run() async throws {
    let settings = try PrefectSettings(environment: SluiceProgram.context.environment)
    let configured =
      try settings.number("PREFECT_RUNNER_SERVER_PORT")
      ?? settings.number("PREFECT_WORKER_WEBSERVER_PORT")
    let port = self.port ?? configured.map { Int($0) } ?? 8080
    // The server listens on every address, on one that was set, or on this machine's own.
    let set =
      settings["PREFECT_RUNNER_SERVER_HOST"] ?? settings["PREFECT_WORKER_WEBSERVER_HOST"] ?? "localhost"
    let host = ["0.0.0.0", "::", ""].contains(set) ? "localhost" : set
    var configuration = HTTPConfiguration.sluice
    // A proxy is not the way to this machine.
    configuration.proxy = .none
    var request = HTTPRequest(.get, "http://\(host.contains(":") ? "[\(host)]" : host):\(port)/health")
    request.retry = .never
    request.timeouts.connect = timeout.duration
    request.timeouts.idle = timeout.duration
    do {
      let response = try await HTTPClient(configuration: configuration).send(request)
      let message =
        (try? JSONValue(parsing: response.body))?["message"]?.string ?? "status \(response.status)"
      print(message)
      if !response.isSuccess { throw ExitCode(1) }
    } catch let failure as HTTPFailure {
      printError("error: \(failure.message)")
      throw ExitCode(1)
    }
  }
}
