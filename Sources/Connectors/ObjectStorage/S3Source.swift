import Essentials
import HTTP

/// The bytes of an object, in order. A connection that breaks is made again for the rest, of the same version only.
actor S3Source: ByteSource {
  private let s3: S3
  private let bucket: String
  private let key: String
  private let clock: any WallClock
  private let size: Int?
  private let etag: String?
  private var stream: HTTPStream
  private var position = 0
  /// Bytes that come again, as the store does not know how to send a part.
  private var skipped = 0
  private var breaks = 0

  init(_ s3: S3, bucket: String, key: String, clock: any WallClock) async throws {
    let content = try await s3.open(bucket: bucket, key: key)
    self.s3 = s3
    self.bucket = bucket
    self.key = key
    self.clock = clock
    size = content.size
    etag = content.etag
    stream = content.stream
  }

  func next() async throws -> [UInt8]? {
    while true {
      do {
        var chunks = stream.makeAsyncIterator()
        guard let chunk = try await chunks.next() else {
          guard size == nil || position == size else { throw ended }
          return nil
        }
        let rest = skipped > 0 ? Array(chunk.dropFirst(skipped)) : chunk
        skipped -= min(skipped, chunk.count)
        guard !rest.isEmpty else { continue }
        position += rest.count
        breaks = 0
        return rest
      } catch let failure as any Failure where failure.kind == .transient {
        try await goOn(after: failure)
      }
    }
  }

  private var ended: S3Failure {
    S3Failure(
      .transient, "reading s3://\(bucket)/\(key): \(position) of \(size ?? 0) bytes arrived")
  }

  /// Asks for the rest. Without a version it might be that of another content.
  private func goOn(after failure: any Failure) async throws {
    let retry = HTTPRetry.standard
    breaks += 1
    guard let etag, !RetryScope.isLeftToTask, breaks < retry.attempts else { throw failure }
    try await clock.sleep(for: retry.backoff.delay(afterAttempt: breaks, random: .random(in: 0..<1)))
    let content = try await s3.open(bucket: bucket, key: key, from: position, etag: etag)
    guard content.etag == etag else {
      throw S3Failure(.transient, "reading s3://\(bucket)/\(key): the object was replaced meanwhile")
    }
    skipped = position - content.offset
    stream = content.stream
  }
}
