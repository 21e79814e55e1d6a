public import Essentials
public import HTTP
import JSON
import PrefectAPI
import Synchronization

/// A client of the REST API of a Prefect 3 server.
///
/// Every call throws ``PrefectFailure`` where the server, or the way to it, did not do what was asked, and
/// `CancellationError` where the task was cancelled. A call is sent again after 408, 429, 502 and 503 and after
/// connections that broke, with `Retry-After` honoured; nothing is done twice by that: states carry a `transition_id`,
/// runs an `idempotency_key`, and what has neither is repeated only where it surely was not done. (Artifacts are the
/// exception: rather one too many than one too few.)
public final class PrefectClient: Sendable {
  public let configuration: PrefectConfiguration
  let http: HTTPClient
  let clock: any WallClock
  let log: Log
  private let csrf: CSRFSession
  private let random: @Sendable () -> Double
  /// Whether the server has answered once: before that a refused connection is a wrong address, after it a restart.
  private let hasConnected = Atomic(false)

  /// - Parameters:
  ///   - http: a client made with ``PrefectConfiguration/http``, or another of this program.
  ///   - random: a number in 0..<1, for spreading waits.
  public init(
    _ configuration: PrefectConfiguration, http: HTTPClient, clock: any WallClock = .system,
    log: Log = .silent,
    random: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
  ) {
    self.configuration = configuration
    self.http = http
    self.clock = clock
    self.log = log
    self.random = random
    csrf = CSRFSession(clock: clock)
  }

  private init(_ other: PrefectClient, maxRetries: Int) {
    var configuration = other.configuration
    configuration.maxRetries = maxRetries
    self.configuration = configuration
    http = other.http
    clock = other.clock
    log = other.log
    random = other.random
    csrf = other.csrf
    hasConnected.store(other.hasConnected.load(ordering: .relaxed), ordering: .relaxed)
  }

  /// The same client, but for how often it sends a request again: 0 for those who repeat by a rhythm of their own.
  public func retrying(atMost times: Int) -> PrefectClient { PrefectClient(self, maxRetries: times) }

  /// A client with an HTTP client of its own.
  public convenience init(
    _ configuration: PrefectConfiguration, clock: any WallClock = .system, log: Log = .silent
  ) {
    self.init(
      configuration, http: HTTPClient(configuration: configuration.http, clock: clock, log: log),
      clock: clock,
      log: log)
  }

  /// A successful answer, and whether an attempt before it may have been carried out as well.
  struct Success: Sendable {
    let response: HTTPResponse
    let followsOpenAttempt: Bool
  }

  /// Sends a call until it succeeds or fails for good.
  ///
  /// - Parameter settle: asked after an attempt that may have been carried out, before the next: an answer found in
  ///   another way ends the call.
  func send(
    _ call: PrefectCall, settle: () async throws -> HTTPResponse? = { nil }
  ) async throws -> Success {
    var attempts = 0
    var failures = 0
    // Whether an attempt may have been carried out although no answer said so.
    var isOpen = false
    var hasNewToken = false
    while true {
      var failure: PrefectFailure
      attempts += 1
      do {
        let token = call.needsToken ? try await csrf.token { try await self.csrfToken() } : nil
        let response = try await http.send(request(call, token: token))
        hasConnected.store(true, ordering: .relaxed)
        if response.isSuccess { return Success(response: response, followsOpenAttempt: isOpen) }
        let answer = PrefectAnswer(
          response: response, call: call, configuration: configuration, now: clock.now())
        if answer.isAboutCSRF, configuration.supportsCSRF, !hasNewToken {
          hasNewToken = true
          attempts -= 1
          await csrf.refused(token)
          continue
        }
        failure = answer.failure(followsOpenAttempt: isOpen)
        if isOpen, call.method == .delete, failure.isNotFound {
          return Success(response: response, followsOpenAttempt: true)
        }
        guard isPassing(response.status) else { throw failure }
        if response.headers["Prefect-Maintenance"] != "true" { failures += 1 }
        // A proxy's 502 and a 408 leave open how far the request came; 429 and 503 are answers of one that refused.
        let isRefusal = response.status == 429 || response.status == 503
        guard failures <= configuration.maxRetries, call.repetition == .harmless || isRefusal else {
          throw failure
        }
        if !isRefusal { isOpen = true }
      } catch let lost as HTTPFailure {
        failures += 1
        failure = connectionFailure(lost, call)
        guard lost.kind == .transient, failures <= configuration.maxRetries,
          call.repetition == .harmless || lost.isUnsent,
          !lost.isUnsent || hasConnected.load(ordering: .relaxed)
        else { throw failure }
        if !lost.isUnsent { isOpen = true }
      }
      let wait = wait(attempts, failure)
      log.debug("\(failure.message); again in \(wait.inWords)")
      try await clock.sleep(for: wait)
      if isOpen, let response = try await settle() {
        return Success(response: response, followsOpenAttempt: true)
      }
    }
  }

  private func wait(_ attempts: Int, _ failure: PrefectFailure) -> Duration {
    RetryWait(jitter: configuration.retryJitter)
      .duration(afterFailures: attempts, retryAfter: failure.retryAfter, random: random())
  }

  private func isPassing(_ status: Int) -> Bool {
    [408, 429, 502, 503].contains(status) || configuration.extraRetryStatuses.contains(status)
  }

  private func request(_ call: PrefectCall, token: String?) -> HTTPRequest {
    let query = call.query.isEmpty ? "" : "?\(URLText.query(call.query))"
    var headers = configuration.customHeaders
    headers["Accept"] = "application/json"
    if call.body != nil { headers["Content-Type"] = "application/json" }
    if let token {
      headers["Prefect-Csrf-Token"] = token
      headers["Prefect-Csrf-Client"] = csrf.client
    }
    var request = HTTPRequest(
      call.method, "\(configuration.apiURL)\(call.path)\(query)", headers: headers,
      body: call.body.map { .bytes($0) } ?? .none, authentication: configuration.authentication)
    request.timeouts.idle = configuration.timeout
    request.timeouts.connect = min(configuration.timeout, request.timeouts.connect)
    // Repeated here, by Prefect's rules, and within a task that is retried as well: a state that is not told is lost.
    request.retry = .never
    return request
  }

  private func csrfToken() async throws -> Prefect.CsrfToken? {
    let call = PrefectCall(.get, "/csrf-token", query: [("client", csrf.client)], "fetching", "CSRF token")
    do {
      return try await decode(Prefect.CsrfToken.self, call)
    } catch let failure as PrefectFailure where failure.status == 404 || failure.status == 422 {
      // An older server, or one without the protection.
      return nil
    }
  }

  private func connectionFailure(_ failure: HTTPFailure, _ call: PrefectCall) -> PrefectFailure {
    let remedy: String? =
      switch failure.reason {
      case .connectionRefused, .nameNotResolved, .unreachable, .badURL:
        "Check PREFECT_API_URL, \(configuration.shownURL), and that the server runs."
      case .untrusted: "Name the file of the authority that signed it in PREFECT_API_SSL_CERT_FILE."
      default: failure.remedy
      }
    return PrefectFailure(failure.kind, "\(call.operation): \(failure.message)", remedy: remedy)
  }
}

extension HTTPFailure {
  /// Whether the request surely did not reach the server.
  fileprivate var isUnsent: Bool {
    switch reason {
    case .nameNotResolved, .connectionRefused, .unreachable, .timedOut(.connect, _): true
    default: false
    }
  }
}
