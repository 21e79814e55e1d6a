public import Essentials

/// Parameters that a flow does not take: all faults of one document at once.
public struct ParameterFailure: Failure {
  public let flow: String
  /// Each a whole phrase in the user's spelling: `org_unit_level must be at most 10, not 12`.
  public let faults: [String]

  public var kind: FailureKind { .configuration }
  public var message: String {
    "the parameters of \(flow) are not valid: \(faults.joined(separator: "; "))"
  }
  public var remedy: String? { "`sluice run \(flow) --help` lists the parameters." }
}
