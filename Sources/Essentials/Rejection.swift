/// Input that was understood and cannot be taken as it stands.
public struct Rejection: Failure {
  public let message: String
  public let remedy: String?
  public var kind: FailureKind { .rejected }

  public init(_ message: String, remedy: String? = nil) {
    self.message = message
    self.remedy = remedy
  }
}
