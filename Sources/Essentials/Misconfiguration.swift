/// Something the operator has to set right before trying again.
public struct Misconfiguration: Failure {
  public let message: String
  public let remedy: String?
  public var kind: FailureKind { .configuration }

  public init(_ message: String, remedy: String? = nil) {
    self.message = message
    self.remedy = remedy
  }
}
