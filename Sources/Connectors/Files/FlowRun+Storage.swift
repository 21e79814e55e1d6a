public import FlowKit

extension FlowRun {
  /// Local files, and object storage.
  public var storage: Storage { Storage() }

  /// Opens a location to be read; see ``Storage/reader(of:)``.
  public func reader(of location: Location) async throws -> LocationReader {
    try await storage.reader(of: location)
  }

  /// Begins to write a location; see ``Storage/writer(to:)``.
  public func writer(to location: Location) async throws -> LocationWriter {
    try await storage.writer(to: location)
  }
}
