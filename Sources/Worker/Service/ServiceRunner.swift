import Essentials
import Glibc
import Logging
import ServiceLifecycle
import UnixSignals

/// A loop and the HTTP server beside it, until the process is told to stop.
struct ServiceRunner: Sendable {
  let loop: FlowRunLoop
  let health: HealthServer?
  let log: Log

  func run() async throws {
    // Whoever reads this program's output may go away; that must not end it. Processes get the default again.
    signal(SIGPIPE, SIG_IGN)
    var services: [ServiceGroupConfiguration.ServiceConfiguration] = []
    if let health {
      let application = health.application { [log] port in
        log.info("health at http://\(health.address.host):\(port)/health")
      }
      // First, so that it is stopped last: it answers while the loop drains.
      services.append(.init(service: application, failureTerminationBehavior: .cancelGroup))
    }
    services.append(
      .init(
        service: LoopService(loop: loop), successTerminationBehavior: .gracefullyShutdownGroup,
        failureTerminationBehavior: .gracefullyShutdownGroup))
    var quiet = Logger(label: "sluice.services")
    quiet.logLevel = .critical
    var configuration = ServiceGroupConfiguration(services: services, logger: quiet)
    configuration.gracefulShutdownSignals = [.sigterm, .sigint]
    configuration.cancellationSignals = [.sigquit]
    do {
      try await ServiceGroup(configuration: configuration).run()
    } catch is CancellationError {
      return
    } catch let failure as any Failure {
      throw failure
    } catch {
      guard let health else { throw error }
      throw Misconfiguration(
        "the health server at \(health.address.host):\(health.address.port) cannot run: \(error)",
        remedy: "Is the port taken? Choose another one.")
    }
  }
}
