public import FoundationEssentials

/// A file that the store made for a request, as it lies on this machine.
public struct CDSFile: Sendable {
  /// What a look into a file says of it.
  public enum Content: Sendable, Equatable {
    /// It has everything that was asked for, and will not change.
    case final
    /// Some of it is missing or preliminary: it serves until the work with it is done, and then is asked for anew.
    case provisional
  }

  public let path: String
  public let request: CDSRequest
  /// The id of the job that made it.
  public let job: String
  public let byteCount: Int
  /// Of its bytes, in hexadecimal digits.
  public let sha256: String
  public let downloaded: Date
  public let content: Content
  /// Whether an earlier run had downloaded it.
  public let wasKept: Bool
}
