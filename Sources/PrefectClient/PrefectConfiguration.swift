public import Essentials
public import HTTP

/// Where a Prefect API is, and how it is asked.
public struct PrefectConfiguration: Sendable {
  /// The address with its path, `http://127.0.0.1:4200/api`, without a slash at its end.
  public let apiURL: String
  public var authentication: HTTPAuthentication
  /// Sent with every request: for a proxy in front of the API.
  public var customHeaders: HTTPHeaders
  /// Whether requests that change something carry a token, where the server asks for one.
  public var supportsCSRF: Bool
  /// How often a request is sent again.
  public var maxRetries: Int
  /// The share by which waits are spread.
  public var retryJitter: Double
  /// Statuses that are sent again besides 408, 429, 502 and 503.
  public var extraRetryStatuses: Set<Int>
  /// How long an answer may be silent.
  public var timeout: Duration
  /// A PEM file of authorities that are trusted besides the system's.
  public var certificateAuthorities: String?
  /// Where people look at the server: the address without `/api`, unless `PREFECT_UI_URL` says otherwise.
  public var uiURL: String

  /// The address as it may be shown.
  var shownURL: String { URLText.masked(apiURL) }
  /// Which setting the credentials come from, for messages.
  var authenticationSetting: String?

  public init(apiURL: String, authentication: HTTPAuthentication = .none) {
    self.apiURL = String(apiURL.reversed().drop { $0 == "/" }.reversed())
    self.authentication = authentication
    uiURL = self.apiURL.hasSuffix("/api") ? String(self.apiURL.dropLast(4)) : self.apiURL
    customHeaders = [:]
    supportsCSRF = true
    maxRetries = 5
    retryJitter = 0.2
    extraRetryStatuses = []
    timeout = .seconds(60)
  }

  /// Basic authentication from `user:password`, the form of `PREFECT_API_AUTH_STRING`.
  public static func basic(_ authString: Secret<String>) -> HTTPAuthentication {
    let parts = authString.reveal().split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    return .basic(username: String(parts[0]), password: Secret(parts.count > 1 ? String(parts[1]) : ""))
  }

  /// The configuration of an HTTP client for this API. Calls itself by the program's own name: the server expects of a
  /// client that calls itself Prefect's that it renews the leases of a deployment's concurrency limit.
  public var http: HTTPConfiguration {
    var http = HTTPConfiguration()
    http.certificateAuthorities = certificateAuthorities
    return http
  }
}
