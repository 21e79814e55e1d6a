/// Under which a task's result is kept for later runs.
///
/// The key must name everything that the result depends on: `CacheKey("\(dataset)/\(month)/\(area)")`.
public struct CacheKey: Sendable, Hashable {
  public let text: String
  /// How long a result counts; nil for ever.
  public let lifetime: Duration?

  public init(_ text: String, lifetime: Duration? = nil) {
    self.text = text
    self.lifetime = lifetime
  }
}
