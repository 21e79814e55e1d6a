public import FlowKit
public import HTTP

/// The HTTP client of a run.
public enum HTTPService: ServiceKey {
  /// One client for the process, so that connections are shared.
  private static let shared = HTTPClient()

  public static func makeDefault() -> HTTPClient { shared }
}

extension FlowRun {
  /// The HTTP client that connectors of this run use.
  public var http: HTTPClient { services[HTTPService.self] }
}
