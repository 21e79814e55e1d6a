public import FoundationEssentials

extension Prefect {
  /// What every request that changes something carries, where the server guards against forged requests.
  public struct CsrfToken: Codable, Sendable, Equatable {
    public var token: String
    /// The client that it belongs to.
    public var client: String
    public var expiration: Date
  }
}
