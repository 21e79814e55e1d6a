/// The file that a job has made.
public struct CDSAsset: Sendable {
  /// Where it lies; often on another host, which must not see the key.
  public let url: String
  /// Its size in bytes, where the store tells.
  public let size: Int?
}
