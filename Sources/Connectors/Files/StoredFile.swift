/// A file in a listing.
public struct StoredFile: Sendable, Hashable {
  public let location: Location
  /// In bytes, as stored: packed where the file is.
  public let size: Int

  public init(location: Location, size: Int) {
    self.location = location
    self.size = size
  }
}
