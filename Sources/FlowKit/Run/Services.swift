/// Names a value that a run carries without FlowKit knowing its type: an HTTP client, a client of some server.
///
/// Whoever provides the service extends ``FlowRun``:
///
///     enum HTTPService: ServiceKey { static func makeDefault() -> HTTPClient { HTTPClient() } }
///     extension FlowRun { public var http: HTTPClient { services[HTTPService.self] } }
public protocol ServiceKey {
  associatedtype Value: Sendable
  /// What a run has where nobody put something else in.
  static func makeDefault() -> Value
}

/// The services of a run, by key.
public struct Services: Sendable {
  private var values: [ObjectIdentifier: any Sendable] = [:]

  public init() {}

  public subscript<Key: ServiceKey>(key: Key.Type) -> Key.Value {
    get { values[ObjectIdentifier(key)] as? Key.Value ?? Key.makeDefault() }
    set { values[ObjectIdentifier(key)] = newValue }
  }
}
