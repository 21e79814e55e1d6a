/// The content of a location, chunk by chunk.
///
///     var reader = try await run.reader(of: location)
///     while let chunk = try await reader.next() { ... }
///
/// Read it once, by one task. Letting go of it closes the file or ends the transfer.
public struct LocationReader: AsyncSequence, AsyncIteratorProtocol, Sendable {
  public typealias Element = [UInt8]

  public let location: Location
  private let source: any ByteSource

  /// - Parameter source: the bytes as they are stored; unpacked here where the name says that they are gzip.
  init(_ location: Location, _ source: any ByteSource) {
    self.location = location
    self.source = location.isGzip ? GunzipSource(source, location) : source
  }

  /// The next bytes, at most about 256 KiB, unpacked where the location's name ends in `.gz`; nil at the end.
  ///
  /// - Throws: ``FileFailure`` or ``S3Failure`` where the rest cannot be read or is broken gzip; `HTTPFailure`;
  ///   `CancellationError`.
  public mutating func next() async throws -> [UInt8]? { try await source.next() }

  public func makeAsyncIterator() -> LocationReader { self }

  /// Everything that is left, in memory.
  public mutating func rest() async throws -> [UInt8] {
    var bytes: [UInt8] = []
    while let chunk = try await next() { bytes += chunk }
    return bytes
  }
}
