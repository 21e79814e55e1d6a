import Essentials
import Synchronization

extension HTTPClient {
  /// Sends a request and gives its answer as soon as the head is there; the body follows as an asynchronous sequence.
  ///
  /// The body of an answer other than 2xx is read beforehand, up to `request.largestBody`. Requests are repeated only
  /// until the head is there: a body that breaks off ends the sequence with a failure. Uses HTTP/1.1, where a slow
  /// reader costs no memory.
  ///
  /// - Throws: ``HTTPFailure`` where there is no answer; `CancellationError`.
  public func stream(_ request: HTTPRequest) async throws -> HTTPStream {
    try await repeating(request, status: { ($0.status, $0.headers) }) { remaining in
      var plan = try self.plan(request, remaining)
      plan.needsHTTP1 = true
      plan.receiveBuffer = 128 << 10
      let opened = Mutex<HTTPStream?>(nil)
      let (result, address) = try await self.following(plan) { hop in
        switch try await self.open(hop, limit: request.largestBody) {
        case .stream(let stream):
          opened.withLock { $0 = stream }
          return TransferResult(
            head: ResponseHead(status: stream.status, headers: stream.headers), body: [], byteCount: 0,
            redirect: nil)
        case .whole(let result): return result
        }
      }
      if let stream = opened.withLock({ $0 }) { return stream }
      let channel = BodyChannel()
      channel.fill(result.body)
      return HTTPStream(result.head, url: address.text, channel: channel, source: nil)
    }
  }

  private enum Opening {
    case stream(HTTPStream)
    case whole(TransferResult)
  }

  /// What a transfer brings first: the head of a success, or its end.
  private enum First: Sendable {
    case head(ResponseHead)
    case end(TransferEnd)
  }

  private func open(_ plan: TransferPlan, limit: Int) async throws -> Opening {
    try Task.checkCancellation()
    let channel = BodyChannel()
    let first = Once<First>()
    let transfer = Transfer(plan) { head in
      guard head.isSuccess else { return .memory(limit: limit) }
      first.give(.head(head))
      return .channel(channel)
    }
    let start = MonotonicTime.now
    let brought = await withTaskCancellationHandler {
      await first.value { [engine, log] in
        engine.start(transfer) { end in
          // Where the head was given already, this says how the body ended.
          guard !first.give(.end(end)) else { return }
          channel.finish(Result { _ = try Self.result(of: plan, end, since: start, log: log) })
        }
      }
    } onCancel: {
      engine.cancel(transfer)
    }
    switch brought {
    case .head(let head):
      return .stream(
        HTTPStream(
          head, url: plan.address.text, channel: channel,
          source: HTTPStream.Source(engine: engine, transfer: transfer)))
    case .end(let end):
      return .whole(try Self.result(of: plan, end, since: start, log: log))
    }
  }
}

/// A value that is given once and awaited once.
private final class Once<Value: Sendable>: Sendable {
  private struct State {
    var isGiven = false
    var continuation: CheckedContinuation<Value, Never>?
  }

  private let state = Mutex(State())

  /// Gives the value; false where one was given before.
  @discardableResult
  func give(_ value: Value) -> Bool {
    let continuation: CheckedContinuation<Value, Never>? = state.withLock { state in
      guard !state.isGiven else { return nil }
      state.isGiven = true
      defer { state.continuation = nil }
      return state.continuation
    }
    continuation?.resume(returning: value)
    return continuation != nil
  }

  /// Starts what will give the value, and waits for it.
  func value(after start: () -> Void) async -> Value {
    await withCheckedContinuation { continuation in
      state.withLock { $0.continuation = continuation }
      start()
    }
  }
}
