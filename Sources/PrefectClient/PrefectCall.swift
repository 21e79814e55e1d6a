import HTTP
import JSON

/// One call of the API.
struct PrefectCall: Sendable {
  /// What a call may do when it arrives twice.
  enum Repetition: Sendable {
    /// The same as once: it is sent again after every passing failure.
    case harmless
    /// Something twice: it is sent again only where it surely was not carried out.
    case doubles
  }

  var method: HTTPMethod
  /// Below the API's address: `/flow_runs/filter`. Percent-encoded.
  var path: String
  var query: [(String, String)] = []
  var body: [UInt8]?
  /// The beginning of a message: `reading the flow run 43a0…`.
  var operation: String
  /// What a 404 means is missing: `flow run 43a0…`.
  var subject: String
  var repetition = Repetition.harmless

  /// Whether it changes something in the eyes of the CSRF protection: filters, logs and events too.
  var needsToken: Bool { method != .get && method != .head }

  init(
    _ method: HTTPMethod, _ path: String, query: [(String, String)] = [], body: JSONValue? = nil,
    _ verb: String,
    _ subject: String, repetition: Repetition = .harmless
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.body = body?.bytes()
    operation = "\(verb) the \(subject)"
    self.subject = subject
    self.repetition = repetition
  }
}
