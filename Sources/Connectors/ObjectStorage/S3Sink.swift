import Essentials
import HTTP

/// Writes an object: in one request where it is small, else part by part, of which one is in memory.
actor S3Sink: ByteSink {
  /// The size of a part, given its number: 8 MiB, and more for the later parts of objects beyond 16 GiB, as there may
  /// be 10,000 parts at most. Together they hold 484 GiB.
  static let partSize: @Sendable (Int) -> Int = { number in (8 << 20) << min((number - 1) / 2000, 4)
  }

  private let s3: S3
  private let bucket: String
  private let key: String
  private let clock: any WallClock
  private let log: Log
  private let partSize: @Sendable (Int) -> Int
  private var waiting: [UInt8] = []
  private var byteCount = 0
  private var upload: S3Upload?
  private var parts: [S3Part] = []

  init(
    _ s3: S3, bucket: String, key: String, clock: any WallClock, log: Log,
    partSize: @escaping @Sendable (Int) -> Int
  ) {
    self.s3 = s3
    self.bucket = bucket
    self.key = key
    self.clock = clock
    self.log = log
    self.partSize = partSize
  }

  deinit {
    guard let upload else { return }
    Task { [s3, log] in await Self.abort(upload, s3, log) }
  }

  func write(_ bytes: [UInt8]) async throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let room = partSize(parts.count + 1) - waiting.count
      if room == 0 {
        try await sendPart()
        continue
      }
      // Growing by doubling would take twice the memory; what is not used is not touched.
      if waiting.capacity < room, waiting.isEmpty { waiting.reserveCapacity(room) }
      waiting += rest.prefix(room)
      rest = rest.dropFirst(room)
    }
    byteCount += bytes.count
  }

  func finish() async throws {
    guard let upload else {
      try await s3.put(bucket: bucket, key: key, waiting)
      waiting = []
      return
    }
    if !waiting.isEmpty { try await sendPart() }
    try await complete(upload)
    self.upload = nil
    try await checkSize()
  }

  func abandon() async {
    waiting = []
    guard let upload else { return }
    self.upload = nil
    // In a task of its own: the one that gives up may be cancelled, and the store has to be told nevertheless.
    await Task { [s3, log] in await Self.abort(upload, s3, log) }.value
  }

  private static func abort(_ upload: S3Upload, _ s3: S3, _ log: Log) async {
    do { try await s3.abortUpload(upload) } catch {
      log.warning(
        "the parts of the unfinished s3://\(upload.bucket)/\(upload.key) stay in the store (upload \(upload.id)): \(error)"
      )
    }
  }

  private func sendPart() async throws {
    let number = parts.count + 1
    guard number <= 10_000 else {
      throw S3Failure(.rejected, "writing s3://\(bucket)/\(key): an object has 10,000 parts at most")
    }
    let upload: S3Upload
    if let begun = self.upload {
      upload = begun
    } else {
      upload = try await s3.createUpload(bucket: bucket, key: key)
      self.upload = upload
    }
    parts.append(try await s3.uploadPart(upload, number: number, waiting))
    waiting.removeAll(keepingCapacity: true)
  }

  /// Completes, again where the store could not or the answer was lost. Where it was lost after the store had done it,
  /// the upload is gone at the next attempt, and the object is there.
  private func complete(_ upload: S3Upload) async throws {
    let retry = HTTPRetry.standard
    var mayBeDone = false
    var attempt = 1
    while true {
      do { return try await s3.completeUpload(upload, parts) } catch let failure as any Failure {
        if mayBeDone, (failure as? S3Failure)?.code == "NoSuchUpload" { return }
        guard failure.kind == .transient, (failure as? S3Failure)?.code != "NoSuchUpload",
          !RetryScope.isLeftToTask, attempt < retry.attempts
        else { throw failure }
        mayBeDone = true
        let wait =
          failure.retryAfter ?? retry.backoff.delay(afterAttempt: attempt, random: .random(in: 0..<1))
        try await clock.sleep(for: wait)
        attempt += 1
      }
    }
  }

  private func checkSize() async throws {
    let found: S3Object?
    do { found = try await s3.head(bucket: bucket, key: key) } catch let failure as S3Failure
      where failure.kind == .configuration
    {
      // Who may write may not always read.
      return
    }
    guard found?.size == byteCount else {
      throw S3Failure(
        .transient,
        "writing s3://\(bucket)/\(key): the store has \(found.map { "\($0.size)" } ?? "none") of \(byteCount) bytes"
      )
    }
  }
}
