public import Essentials

/// A request that brought no answer, or one that could not be taken.
public struct HTTPFailure: Failure {
  /// What happened.
  public enum Reason: Sendable, Equatable {
    /// The URL cannot be read, or is neither `http` nor `https`; with what is wrong with it.
    case badURL(String)
    /// A header that cannot be sent: its name or value has characters that HTTP does not allow there.
    case badHeader(name: String)
    /// The name of the host was not found.
    case nameNotResolved
    /// Nobody listens at that host and port.
    case connectionRefused
    /// There is no way to that host.
    case unreachable(String)
    /// The certificate of the server cannot be trusted, or does not belong to that host.
    case untrusted(String)
    /// The two sides found no common ground for TLS, or the handshake broke off.
    case tls(String)
    case timedOut(Phase, after: Duration)
    /// The connection was lost before the answer was complete.
    case cutOff(String)
    /// The answer is no HTTP, or its compression is broken.
    case badAnswer(String)
    /// The body has more bytes than the request allows.
    case bodyTooLarge(limit: Int)
    case tooManyRedirects(limit: Int)
    /// The proxy did not let the connection through.
    case proxy(String)
    /// The file to upload, and what the system said.
    case cannotReadFile(path: String, error: String)
    /// The file to download to, and what the system said.
    case cannotWriteFile(path: String, error: String, isOfSystem: Bool)
    /// Something that libcurl reports and no other case names.
    case other(String)
  }

  /// Which of a request's time-outs passed.
  public enum Phase: String, Sendable { case connect, idle, total }

  public let method: HTTPMethod
  /// The URL with credentials and secret query parameters masked.
  public let url: String
  public let reason: Reason

  public init(_ method: HTTPMethod, url: String, reason: Reason) {
    self.method = method
    self.url = URLText.masked(url)
    self.reason = reason
  }

  public var kind: FailureKind {
    switch reason {
    case .badURL, .badHeader, .untrusted, .tooManyRedirects, .proxy, .cannotReadFile: .configuration
    case .nameNotResolved, .connectionRefused, .unreachable, .tls, .timedOut, .cutOff, .badAnswer: .transient
    case .bodyTooLarge: .rejected
    case .cannotWriteFile(_, _, let isOfSystem): isOfSystem ? .fault : .configuration
    case .other: .fault
    }
  }

  public var message: String { Redaction.redact("\(method.rawValue) \(url): \(words)") }

  private var words: String {
    switch reason {
    case .badURL(let problem): "not a URL that can be asked: \(problem)"
    case .badHeader(let name): "the header \"\(name)\" has characters that cannot be sent"
    case .nameNotResolved: "the name of the host was not found"
    case .connectionRefused: "the connection was refused"
    case .unreachable(let detail): "the host cannot be reached: \(detail)"
    case .untrusted(let detail): "the certificate of the server is not trusted: \(detail)"
    case .tls(let detail): "no TLS connection: \(detail)"
    case .timedOut(.connect, let limit): "no connection within \(limit.inWords)"
    case .timedOut(.idle, let limit): "nothing arrived for \(limit.inWords)"
    case .timedOut(.total, let limit): "not done within \(limit.inWords)"
    case .cutOff(let detail): "the connection was cut off: \(detail)"
    case .badAnswer(let detail): "the answer cannot be read: \(detail)"
    case .bodyTooLarge(let limit): "the answer is larger than \(limit) bytes"
    case .tooManyRedirects(let limit): "more than \(limit) redirects"
    case .proxy(let detail): "the proxy did not connect: \(detail)"
    case .cannotReadFile(let path, let error): "cannot read \(path) to upload it: \(error)"
    case .cannotWriteFile(let path, let error, _): "cannot write \(path): \(error)"
    case .other(let detail): detail
    }
  }

  public var remedy: String? {
    switch reason {
    case .badURL: "Write it as http://… or https://…, with spaces and special characters percent-encoded."
    case .connectionRefused: "Check host and port, and that the service runs."
    case .nameNotResolved: "Check the spelling of the host and this machine's DNS."
    case .untrusted: "Name the file of the authority that signed it as the client's certificate authorities."
    case .tooManyRedirects: "Check the URL: the servers send the request round in a circle."
    case .proxy: "Check the proxy in http_proxy, https_proxy and no_proxy."
    default: nil
    }
  }
}
