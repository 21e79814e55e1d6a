public import Essentials
import FoundationEssentials

/// The one HTTP client: libcurl's multi interface on a thread of its own, for any number of transfers at once.
///
/// Verifies TLS always, uses HTTP/2 where the server does, keeps connections for the next request, and ends a
/// transfer within milliseconds when the Swift task is cancelled (`CancellationError`). Keep one for the life of the
/// program rather than one a request: the connections belong to it.
public final class HTTPClient: Sendable {
  let configuration: HTTPConfiguration
  let clock: any WallClock
  let log: Log
  let engine: Engine

  public init(
    configuration: HTTPConfiguration = HTTPConfiguration(), clock: any WallClock = .system, log: Log = .silent
  ) {
    self.configuration = configuration
    self.clock = clock
    self.log = log
    engine = Engine(configuration)
  }

  /// Sends a request and waits for the whole answer in memory. Any status is an answer.
  ///
  /// - Throws: ``HTTPFailure`` only where there is no answer, or its body is larger than `request.largestBody`;
  ///   `CancellationError` where the task is cancelled.
  public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
    try await repeating(request, status: { ($0.status, $0.headers) }) { remaining in
      let (result, address) = try await self.following(try self.plan(request, remaining)) { plan in
        try await self.perform(plan) { _ in .memory(limit: request.largestBody) }
      }
      return HTTPResponse(
        status: result.head.status, headers: result.head.headers, body: result.body, url: address.text)
    }
  }

  /// The plan of a request's first hop.
  func plan(_ request: HTTPRequest, _ remaining: Duration?) throws -> TransferPlan {
    do {
      let address = try Address(request.url)
      var plan = TransferPlan(
        method: request.method, address: address, headers: request.headers,
        authentication: request.authentication,
        body: request.body, timeouts: request.timeouts, remaining: remaining,
        followsRedirects: request.followsRedirects && (request.method == .get || request.method == .head),
        acceptsCompression: request.acceptsCompression ?? true,
        mayArriveTwice: request.method.isIdempotent || request.retry.scope == .anyMethod,
        uploadProgress: request.uploadProgress)
      if case .none = plan.authentication { plan.authentication = address.credentials }
      try plan.prepareSignature()
      return plan
    } catch .unreadable(let problem) {
      throw HTTPFailure(request.method, url: request.url, reason: .badURL(problem))
    }
  }

  /// Runs one transfer to its end.
  func perform(
    _ plan: TransferPlan, onHead: @escaping @Sendable (ResponseHead) -> BodyDestination
  ) async throws -> TransferResult {
    try Task.checkCancellation()
    let transfer = Transfer(plan, onHead: onHead)
    let start = MonotonicTime.now
    let end = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        engine.start(transfer) { continuation.resume(returning: $0) }
      }
    } onCancel: {
      engine.cancel(transfer)
    }
    return try Self.result(of: plan, end, since: start, log: log)
  }

  /// The result at the end of a transfer, noted in the log.
  static func result(
    of plan: TransferPlan, _ end: TransferEnd, since start: MonotonicTime, log: Log
  ) throws -> TransferResult {
    switch end {
    case .done(let result):
      log.debug(
        "\(plan.method.rawValue) \(URLText.masked(plan.address.text)): \(result.head.status), \(result.byteCount) bytes, \(MonotonicTime.now.since(start).inWords)"
      )
      return result
    case .failed(let reason):
      let failure = HTTPFailure(plan.method, url: plan.address.text, reason: reason)
      log.debug("\(failure.message), after \(MonotonicTime.now.since(start).inWords)")
      throw failure
    case .cancelled:
      throw CancellationError()
    }
  }
}
