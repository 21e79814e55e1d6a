import Essentials
import FoundationEssentials
import JSON

/// A request that the store has taken.
public struct CDSJob: Sendable {
  /// Where a job stands. What the store calls accepted is its queue.
  public enum Status: String, Sendable {
    case accepted, running, successful, failed, rejected, dismissed, deleted
  }

  public let id: String
  public let status: Status
  /// When the store took it; nil where it does not tell.
  let created: Date?
  /// When it began to work on it; nil while the job is queued.
  let started: Date?
  /// What the store tells the user of this job, oldest first.
  public let messages: [String]
  /// What was asked for, where the store was asked to tell.
  let request: CDSRequest?

  init(_ document: JSONValue, operation: String) throws {
    guard let id = document["jobID"]?.string, let text = document["status"]?.string else {
      throw CDSFailure(.transient, "\(operation): the answer is no job")
    }
    guard let status = Status(rawValue: text) else {
      throw CDSFailure(.fault, "\(operation): job \(id) has the unknown status \"\(text)\"")
    }
    self.id = id
    self.status = status
    created = document["created"]?.string.flatMap(Self.date)
    started = document["started"]?.string.flatMap(Self.date)
    messages = document["metadata"]?["log"]?.array?.compactMap { $0[1]?.string } ?? []
    let asked = document["metadata"]?["request"]
    request = document["processID"]?.string.flatMap { dataset in
      (asked?["ids"] ?? asked?["inputs"] ?? asked)?.object.map { CDSRequest(dataset: dataset, inputs: $0) }
    }
  }

  /// How far back a job that is done is taken for an answer to a request made now: what was preliminary or missing then
  /// may be there now.
  private static let newestAnswers: TimeInterval = 24 * 3600

  /// Whether the job gives, or will give, what the store has by now. What it has counts from when it began: the queue can
  /// be long.
  func isTimely(_ now: Date) -> Bool {
    switch status {
    case .accepted, .running: true
    case .successful: (started ?? created).map { now.timeIntervalSince($0) < Self.newestAnswers } ?? false
    case .failed, .rejected, .dismissed, .deleted: false
    }
  }

  /// The store's moments are of UTC, without saying so: `2026-01-21T18:29:55.201213`.
  private static func date(_ text: String) -> Date? {
    try? Date("\(text.prefix(19))Z", strategy: .iso8601)
  }
}
