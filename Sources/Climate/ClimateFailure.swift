public import Essentials

/// A file, a variable or a request that this module cannot take as it stands.
public struct ClimateFailure: Failure {
  public let kind: FailureKind
  public let message: String
  public let remedy: String?

  package init(_ message: String, remedy: String? = nil, kind: FailureKind = .rejected) {
    self.kind = kind
    self.message = message
    self.remedy = remedy
  }
}
