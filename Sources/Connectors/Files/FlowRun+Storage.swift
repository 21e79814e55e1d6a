public import FlowKit

extension FlowRun {
  /// Local files, and object storage with the credentials of the block `aws`: `AWS_ACCESS_KEY_ID` and its companions
  /// in the environment, or a document.
  public var storage: Storage { storage(nil) }

  /// Local files, and object storage with the credentials that a block gives; nil for those of the block `aws`. The
  /// block is looked for when object storage is first used.
  public func storage(_ credentials: S3CredentialsReference?) -> Storage {
    let reference = credentials ?? .environment
    return Storage(clock: clock, log: log) { S3(try await reference.access(in: self), http: self.http) }
  }

  /// Opens a location to be read; see ``Storage/reader(of:)``.
  public func reader(
    of location: Location, credentials: S3CredentialsReference? = nil
  ) async throws -> LocationReader {
    try await storage(credentials).reader(of: location)
  }

  /// Begins to write a location; see ``Storage/writer(to:)``.
  public func writer(
    to location: Location, credentials: S3CredentialsReference? = nil
  ) async throws -> LocationWriter {
    try await storage(credentials).writer(to: location)
  }
}
