/// One HTTP request as the stand-ins see it.
struct Call: Sendable {
  let method: String
  /// Path and query as they were sent.
  let target: String
  /// The path, percent-encoding undone.
  let path: String
  let query: [(name: String, value: String)]
  /// Names in lower case.
  let headers: [(name: String, value: String)]
  var body: [UInt8] = []
  /// What is to go wrong inside the service rather than on the way.
  var mishap: SandboxFault.Way?

  init(method: String, target: String, headers: [(name: String, value: String)]) {
    self.method = method
    self.target = target
    self.headers = headers
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    path = PercentEncoding.decode(parts[0])
    query = parts.count < 2 ? [] : PercentEncoding.pairs(parts[1])
  }

  func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

  /// The last value of a query parameter.
  func parameter(_ name: String) -> String? { query.last { $0.name == name }?.value }

  /// All values of a query parameter, in order.
  func parameters(_ name: String) -> [String] { query.filter { $0.name == name }.map(\.value) }

  /// Whether a query parameter says `true`.
  func flag(_ name: String) -> Bool { parameter(name)?.lowercased() == "true" }

  /// The parts of the path behind a prefix; nil where the path does not begin with it.
  func segments(after prefix: String) -> [String]? {
    guard path == prefix || path.hasPrefix(prefix + "/") else { return nil }
    return path.dropFirst(prefix.count).split(separator: "/").map(String.init)
  }
}
