internal import JSON

/// What a stand-in answers.
struct Reply: Sendable {
  enum Body: Sendable {
    case bytes([UInt8])
    /// A part of a file.
    case file(path: String, range: Range<Int>)

    var length: Int {
      switch self {
      case .bytes(let bytes): bytes.count
      case .file(_, let range): range.count
      }
    }

    /// The first bytes of it.
    func prefix(_ count: Int) -> Body {
      switch self {
      case .bytes(let bytes): .bytes(Array(bytes.prefix(count)))
      case .file(let path, let range): .file(path: path, range: range.prefix(count))
      }
    }
  }

  var status: Int
  var headers: [(name: String, value: String)]
  var body: Body
  /// Whether the connection is closed in the middle of it.
  var isCut = false

  init(_ status: Int, headers: [(name: String, value: String)] = [], body: Body = .bytes([])) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  static func json(_ value: JSONValue, status: Int = 200, type: String = "application/json") -> Reply {
    Reply(status, headers: [("Content-Type", type)], body: .bytes(value.bytes()))
  }

  static func text(_ text: String, status: Int = 200, type: String = "text/plain") -> Reply {
    Reply(status, headers: [("Content-Type", type)], body: .bytes(Array(text.utf8)))
  }

  /// The page that nginx shows for a status.
  static func proxyPage(_ status: Int) -> Reply {
    let reason = reasons[status] ?? "Error"
    let page = """
      <html>
      <head><title>\(status) \(reason)</title></head>
      <body>
      <center><h1>\(status) \(reason)</h1></center>
      <hr><center>nginx</center>
      </body>
      </html>

      """
    return .text(page, status: status, type: "text/html")
  }

  private static let reasons = [
    400: "Bad Request", 413: "Request Entity Too Large", 414: "Request-URI Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
  ]
}
