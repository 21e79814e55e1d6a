/// How far a transfer has come.
public struct HTTPProgress: Sendable, Equatable {
  /// Bytes moved so far; for a resumed download, those of earlier attempts included.
  public let bytes: Int
  /// Bytes in all, where the length is known.
  public let total: Int?

  public init(bytes: Int, total: Int?) {
    self.bytes = bytes
    self.total = total
  }
}
