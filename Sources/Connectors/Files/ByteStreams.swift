/// How many bytes are read and written at a time.
let chunkSize = 256 << 10

/// Where bytes come from, in order, for one reader.
protocol ByteSource: Sendable {
  /// The next bytes, at least one; nil at the end.
  func next() async throws -> [UInt8]?
}

/// Where bytes go to, from one writer, who waits for each call's end before the next.
protocol ByteSink: Sendable {
  func write(_ bytes: [UInt8]) async throws
  /// Makes what was written visible under its name, whole.
  func finish() async throws
  /// Removes what was written.
  func abandon() async
}
