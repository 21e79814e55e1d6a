public import FoundationEssentials

extension UUID {
  /// In small letters, as Prefect writes ids; in events they are compared as text.
  public var wire: String { uuidString.lowercased() }
}
