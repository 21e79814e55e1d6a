public import FoundationEssentials

extension Prefect {
  /// Where a server wants results kept by runs that name no storage of their own.
  public struct DefaultResultStorage: Codable, Sendable, Equatable {
    /// The block of the storage; nil where none was set.
    public var defaultResultStorageBlockID: UUID?

    public init(defaultResultStorageBlockID: UUID?) {
      self.defaultResultStorageBlockID = defaultResultStorageBlockID
    }
  }
}
