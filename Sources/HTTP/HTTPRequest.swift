/// One request: what is asked of whom, and the limits that its answer has to keep.
public struct HTTPRequest: Sendable {
  public var method: HTTPMethod
  /// An absolute `http` or `https` URL, percent-encoded (see ``URLText``). A user and password in it are taken out
  /// and used for Basic authentication where ``authentication`` is `.none`.
  public var url: String
  public var headers: HTTPHeaders
  public var body: HTTPBody
  public var authentication: HTTPAuthentication
  public var timeouts = HTTPTimeouts()
  public var retry = HTTPRetry.standard
  /// The most bytes of a body that are kept in memory, after decompression.
  public var largestBody = 256 << 20
  /// Whether redirects of GET and HEAD are followed. Another origin gets neither credentials nor any header but
  /// `Accept`, `Accept-Language`, `Range` and the conditions; redirects of other methods are handed over as answers.
  public var followsRedirects = true
  /// Whether the server may compress the body, which is then decompressed here. Nil: yes, except for downloads to a
  /// file, which could not be resumed.
  public var acceptsCompression: Bool?
  /// Told how much of the body has been sent. Called on the thread that moves all bytes, so it must be quick.
  public var uploadProgress: (@Sendable (HTTPProgress) -> Void)?

  public init(
    _ method: HTTPMethod = .get, _ url: String, headers: HTTPHeaders = [:], body: HTTPBody = .none,
    authentication: HTTPAuthentication = .none
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.authentication = authentication
  }
}
