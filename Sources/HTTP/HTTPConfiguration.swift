/// What all requests of a client have in common.
public struct HTTPConfiguration: Sendable {
  /// Which proxy stands between us and the servers.
  public enum Proxy: Sendable, Equatable {
    /// As `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` say (libcurl's rules).
    case environment
    /// None, whatever the environment says.
    case none
    /// This one, as `http://host:port`.
    case url(String)
  }

  /// What the client calls itself, as `sluice/<version>`.
  public var userAgent: String
  /// A PEM file of certificate authorities that are trusted besides the system's. Verification itself is always on.
  public var certificateAuthorities: String?
  public var proxy: Proxy
  /// Whether cookies are kept, in memory, for the life of the client.
  public var keepsCookies: Bool
  /// How many transfers run at once; further ones wait their turn.
  public var mostTransfers: Int
  /// How many redirects one request follows.
  public var mostRedirects: Int
  /// Whether a downloaded file is forced to the disk before it gets its name, so that a power cut cannot leave an
  /// empty file under it.
  public var syncsDownloads: Bool

  public init(
    userAgent: String = "sluice/0.1.0", certificateAuthorities: String? = nil, proxy: Proxy = .environment,
    keepsCookies: Bool = false, mostTransfers: Int = 256, mostRedirects: Int = 10, syncsDownloads: Bool = true
  ) {
    self.userAgent = userAgent
    self.certificateAuthorities = certificateAuthorities
    self.proxy = proxy
    self.keepsCookies = keepsCookies
    self.mostTransfers = mostTransfers
    self.mostRedirects = mostRedirects
    self.syncsDownloads = syncsDownloads
  }
}
