public import Essentials

/// A document that is not what the API's description says.
public struct WireError: Failure, Equatable {
  /// Where in the document: `state.state_details.scheduled_time`, `[3].flow_run.id`.
  public let path: String
  public let problem: String

  public var kind: FailureKind { .fault }
  public var message: String { path.isEmpty ? problem : "\(path): \(problem)" }

  init(_ codingPath: [any CodingKey], _ problem: String) {
    var path = ""
    for key in codingPath {
      if let index = key.intValue {
        path += "[\(index)]"
      } else {
        path += (path.isEmpty ? "" : ".") + WireName.snakeCase(key.stringValue)
      }
    }
    self.path = path
    self.problem = problem
  }
}
