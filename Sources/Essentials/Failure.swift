/// Whose problem a failure is, and so whether trying again can help.
public enum FailureKind: String, Sendable, CaseIterable {
  /// Something the operator has to set right: credentials, a licence, a missing block, a wrong parameter.
  case configuration
  /// Something that may pass by itself: a lost connection, a 503, a rate limit.
  case transient
  /// The other side understood and refused: values that DHIS2 does not take, a request that is too large.
  case rejected
  /// A defect of this program.
  case fault
}

/// An error that says whose problem it is, what happened and what to do.
///
/// The message names the operation, the object and the value, and never a secret.
public protocol Failure: Error, Sendable, CustomStringConvertible {
  /// Decides about retries, the final state of a run and the exit code.
  var kind: FailureKind { get }
  /// One sentence: which operation failed, on what, and why.
  var message: String { get }
  /// What the reader can do about it, where that is known.
  var remedy: String? { get }
  /// How long the other side asked us to wait before the next attempt.
  var retryAfter: Duration? { get }
}

extension Failure {
  public var remedy: String? { nil }
  public var retryAfter: Duration? { nil }

  /// The message, then the remedy.
  public var description: String {
    guard let remedy else { return message }
    return message.hasSuffix(".") ? "\(message) \(remedy)" : "\(message). \(remedy)"
  }
}

extension FailureKind {
  /// The kind of any error: what it says of itself, or a fault of ours where it says nothing.
  public init(of error: any Error) {
    self = (error as? any Failure)?.kind ?? .fault
  }
}
