/// An object in a bucket.
public struct S3Object: Sendable, Hashable {
  public var key: String
  /// In bytes.
  public var size: Int
  /// Names the version of the content, with its quotation marks.
  public var etag: String?

  public init(key: String, size: Int, etag: String?) {
    self.key = key
    self.size = size
    self.etag = etag
  }
}
