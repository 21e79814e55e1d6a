/// A defect of this program, or of the system below it: a full disk, a broken library.
public struct Fault: Failure {
  public let message: String
  public let remedy: String?
  public var kind: FailureKind { .fault }

  public init(_ message: String, remedy: String? = nil) {
    self.message = message
    self.remedy = remedy
  }
}
