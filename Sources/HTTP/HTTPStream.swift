internal import Essentials

/// An answer whose body is read piece by piece while it arrives.
///
/// At most 256 kB wait for the reader; while they do, the server is held back by its connection. Read it once, by one
/// task. Letting go of it, or cancelling the task that reads, ends the transfer.
public final class HTTPStream: AsyncSequence, Sendable {
  public typealias Element = [UInt8]

  public let status: Int
  public let headers: HTTPHeaders
  /// The URL that answered, after redirects, without credentials. Secrets in its query are not masked.
  public let url: String

  private let channel: BodyChannel
  /// Ends the transfer, and lets it go on.
  private let source: Source?

  struct Source: Sendable {
    let engine: Engine
    let transfer: Transfer
  }

  /// - Parameter source: nil where the whole body is in the channel already.
  init(_ head: ResponseHead, url: String, channel: BodyChannel, source: Source?) {
    status = head.status
    headers = head.headers
    self.url = url
    self.channel = channel
    self.source = source
  }

  deinit { cancel() }

  /// Whether the status is one of 200...299.
  public var isSuccess: Bool { (200...299).contains(status) }

  /// Ends the transfer; who reads on gets a `CancellationError`.
  public func cancel() {
    channel.abandon()
    if let source { source.engine.cancel(source.transfer) }
  }

  public func makeAsyncIterator() -> Iterator { Iterator(stream: self) }

  public struct Iterator: AsyncIteratorProtocol {
    let stream: HTTPStream

    /// The bytes that have arrived since the last call, waiting for some where there are none; nil at the end.
    ///
    /// - Throws: ``HTTPFailure`` where the connection breaks or a time-out passes; `CancellationError`.
    public mutating func next() async throws -> [UInt8]? { try await stream.next() }
  }

  private func next() async throws -> [UInt8]? {
    try await withTaskCancellationHandler {
      try Task.checkCancellation()
      return try await channel.take { if let source { source.engine.resume(source.transfer) } }
    } onCancel: {
      cancel()
    }
  }
}
