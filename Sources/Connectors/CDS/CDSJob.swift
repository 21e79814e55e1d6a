import Essentials
import JSON

/// A request that the store has taken.
public struct CDSJob: Sendable {
  /// Where a job stands. What the store calls accepted is its queue.
  public enum Status: String, Sendable {
    case accepted, running, successful, failed, rejected, dismissed, deleted
  }

  public let id: String
  public let status: Status
  /// What the store tells the user of this job, oldest first.
  public let messages: [String]

  init(_ document: JSONValue, operation: String) throws {
    guard let id = document["jobID"]?.string, let text = document["status"]?.string else {
      throw CDSFailure(.transient, "\(operation): the answer is no job")
    }
    guard let status = Status(rawValue: text) else {
      throw CDSFailure(.fault, "\(operation): job \(id) has the unknown status \"\(text)\"")
    }
    self.id = id
    self.status = status
    messages = document["metadata"]?["log"]?.array?.compactMap { $0[1]?.string } ?? []
  }
}
