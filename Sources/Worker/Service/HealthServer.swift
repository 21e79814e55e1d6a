import Essentials
import HTTPTypes
package import Hummingbird
import Logging

/// The small HTTP server beside a worker: `/health`, `/metrics`, and for served flows `/run_count` and `/shutdown`.
public struct HealthServer: Sendable {
  /// Where it listens.
  public struct Address: Sendable, Equatable {
    public var host: String
    public var port: Int

    public init(host: String = "localhost", port: Int = 8080) {
      self.host = host
      self.port = port
    }
  }

  let address: Address
  let rule: HealthRule
  let figures: WorkerFigures
  let worker: String
  let clock: any WallClock
  /// Nil where it cannot be stopped from outside.
  let shutdown: (@Sendable () async -> Void)?

  /// The server as a service, which stops with the group it is in.
  ///
  /// - Parameter started: is told the port.
  package func application(started: @escaping @Sendable (Int) -> Void = { _ in }) -> some ApplicationProtocol
  {
    let router = Router()
    router.get("/health") { _, _ in health() }
    router.get("/metrics") { _, _ in
      Self.response(
        figures.text(worker: worker, residentMemory: Self.residentMemory), .ok,
        type: "text/plain; version=0.0.4; charset=utf-8")
    }
    router.get("/run_count") { _, _ in Self.response("\(figures.inFlight)", .ok) }
    if let shutdown {
      router.post("/shutdown") { _, _ in
        await shutdown()
        return Self.message("OK", .ok)
      }
    }
    var quiet = Logger(label: "sluice.health")
    quiet.logLevel = .critical
    return Application(
      router: router,
      configuration: ApplicationConfiguration(address: .hostname(address.host, port: address.port)),
      onServerRunning: { started($0.localAddress?.port ?? 0) }, logger: quiet)
  }

  private func health() -> Response {
    rule.isWell(lastPoll: figures.lastPoll, now: clock.now())
      ? Self.message("OK", .ok) : Self.message(rule.complaint, .serviceUnavailable)
  }

  private static func message(_ text: String, _ status: HTTPResponse.Status) -> Response {
    response("{\"message\":\"\(text)\"}", status)
  }

  private static func response(
    _ body: String, _ status: HTTPResponse.Status, type: String = "application/json"
  ) -> Response {
    Response(
      status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
  }

  private static var residentMemory: Int? {
    guard
      let line = ProcFile.text("/proc/self/status")?.split(separator: "\n").first(where: {
        $0.hasPrefix("VmRSS:")
      }),
      let number = line.split(whereSeparator: { !$0.isNumber }).first
    else { return nil }
    return Int(number).map { $0 * 1024 }
  }
}
