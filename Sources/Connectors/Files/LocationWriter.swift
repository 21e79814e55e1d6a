import Essentials
import Synchronization

/// Writes a location from its beginning to its end. The content appears there when ``finish()`` has returned, whole;
/// before that, and after ``abandon()`` or a failure, there is what was there before.
///
///     let writer = try await run.writer(to: location)
///     try await writer.write(bytes)
///     try await writer.finish()
///
/// For one task at a time. Letting go of it without ``finish()`` abandons it.
public final class LocationWriter: Sendable {
  public let location: Location
  private let sink: any ByteSink
  private let state = Mutex(State())

  private struct State {
    var waiting: [UInt8] = []
    var byteCount = 0
    var isEnded = false
  }

  /// - Parameter sink: takes the bytes as they are stored; packed here where the name says that they are gzip.
  init(_ location: Location, _ sink: any ByteSink) {
    self.location = location
    self.sink = location.isGzip ? GzipSink(sink) : sink
  }

  deinit {
    guard !state.withLock({ $0.isEnded }) else { return }
    Task { [sink] in await sink.abandon() }
  }

  /// How many bytes were given so far, before they are packed.
  public var byteCount: Int { state.withLock { $0.byteCount } }

  /// Adds bytes at the end, in memory only: call ``flush()`` from time to time. For loops of many small pieces, in
  /// closures that cannot wait.
  public func append(_ bytes: UnsafeRawBufferPointer) {
    state.withLock { state in
      state.waiting.append(contentsOf: bytes)
      state.byteCount += bytes.count
    }
  }

  /// Adds bytes at the end, in memory only, as ``append(_:)-(UnsafeRawBufferPointer)``.
  public func append(_ bytes: some Collection<UInt8>) {
    state.withLock { state in
      state.waiting.append(contentsOf: bytes)
      state.byteCount += bytes.count
    }
  }

  /// Writes out what was appended, where it is a chunk of 256 KiB or more.
  ///
  /// - Throws: ``FileFailure``, ``S3Failure`` or `HTTPFailure` where that fails; nothing is left at the location then,
  ///   and the writer has ended. `CancellationError`.
  public func flush() async throws { try await flush(from: chunkSize) }

  /// Adds bytes at the end.
  ///
  /// - Throws: as ``flush()``.
  public func write(_ bytes: [UInt8]) async throws {
    append(bytes)
    try await flush()
  }

  /// Adds bytes at the end. They are copied before anything waits.
  ///
  /// - Throws: as ``flush()``.
  public func write(_ bytes: UnsafeRawBufferPointer) async throws {
    append(bytes)
    try await flush()
  }

  /// Adds the UTF-8 bytes of a text at the end.
  ///
  /// - Throws: as ``flush()``.
  public func write(_ text: String) async throws {
    append(text.utf8)
    try await flush()
  }

  /// Writes out the rest and makes the content visible at the location, whole.
  ///
  /// - Throws: as ``flush()``; also where the task is cancelled.
  public func finish() async throws {
    try await flush(from: 1)
    try await orAbandon {
      try Task.checkCancellation()
      try await sink.finish()
    }
    state.withLock { $0.isEnded = true }
  }

  /// Removes what was written. Nothing to do where the writer has ended already.
  public func abandon() async {
    let wasEnded = state.withLock { state in
      defer { state.isEnded = true }
      state.waiting = []
      return state.isEnded
    }
    if !wasEnded { await sink.abandon() }
  }

  private func flush(from least: Int) async throws {
    let (bytes, isEnded) = state.withLock { state -> ([UInt8], Bool) in
      guard !state.isEnded, state.waiting.count >= least else { return ([], state.isEnded) }
      defer {
        state.waiting = []
        state.waiting.reserveCapacity(chunkSize + chunkSize / 4)
      }
      return (state.waiting, false)
    }
    guard !isEnded else { throw Fault("writing \(location): the writer has ended already") }
    guard !bytes.isEmpty else { return }
    try await orAbandon {
      try Task.checkCancellation()
      try await sink.write(bytes)
    }
  }

  private func orAbandon(_ work: () async throws -> Void) async throws {
    do { try await work() } catch {
      await abandon()
      throw error
    }
  }
}
