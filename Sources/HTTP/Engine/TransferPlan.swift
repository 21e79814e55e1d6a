import Essentials

/// Everything one attempt needs to know before it starts.
struct TransferPlan: Sendable {
  var method: HTTPMethod
  var address: Address
  var headers: HTTPHeaders
  var authentication: HTTPAuthentication
  var body: HTTPBody
  var timeouts: HTTPTimeouts
  /// What is left of the whole call's time.
  var remaining: Duration?
  var followsRedirects: Bool
  var acceptsCompression: Bool
  /// Whether HTTP/2 is out of the question. A paused HTTP/2 stream is buffered by libcurl up to its window of 32 MB,
  /// where HTTP/1.1 leaves the bytes in the socket.
  var needsHTTP1 = false
  /// Whether the server may get the request twice. libcurl by itself repeats a request on a new connection where one that was
  /// used before ends without an answer: it takes that for a connection that had been closed while it lay idle, but the
  /// server may have done what was asked.
  var mayArriveTwice: Bool
  /// How many bytes are asked of the socket at once; nil for libcurl's 16 kB. Large bodies come faster with more.
  var receiveBuffer: Int?
  var uploadProgress: (@Sendable (HTTPProgress) -> Void)?
}

/// How a transfer came to its end.
enum TransferEnd: Sendable {
  case done(TransferResult)
  case failed(HTTPFailure.Reason)
  case cancelled
}

/// A whole answer.
struct TransferResult: Sendable {
  let head: ResponseHead
  /// What was kept in memory.
  let body: [UInt8]
  /// The size of the body, wherever it went.
  let byteCount: Int
  /// Where a 3xx points to, as an absolute URL.
  let redirect: String?
}

/// Where the bytes of a body go.
enum BodyDestination: Sendable {
  case memory(limit: Int)
  case file(FileSink)
  case channel(BodyChannel)
}
