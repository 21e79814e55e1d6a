/// An answer. Every status is one: what a 404 means is for the caller to say.
public struct HTTPResponse: Sendable {
  public let status: Int
  public let headers: HTTPHeaders
  /// The whole body, decompressed.
  public let body: [UInt8]
  /// The URL that answered, after redirects, without credentials. Secrets in its query are not masked.
  public let url: String

  public init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = [], url: String = "") {
    self.status = status
    self.headers = headers
    self.body = body
    self.url = url
  }

  /// Whether the status is one of 200...299.
  public var isSuccess: Bool { (200...299).contains(status) }

  /// The body as text; bytes that are not UTF-8 become U+FFFD.
  public var text: String { String(decoding: body, as: UTF8.self) }
}
