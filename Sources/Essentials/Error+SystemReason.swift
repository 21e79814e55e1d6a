import FoundationEssentials
import Glibc

extension Error {
  /// Why the system did not do what Foundation was asked for, in its own words: `No such file or directory`. What
  /// Foundation itself prints of such an error names its file twice, and means nothing to a user.
  public var systemReason: String {
    if let cause = (self as? CocoaError)?.underlying as? POSIXError {
      return cause.systemReason
    }
    guard let code = (self as? POSIXError)?.code else { return "\(self)" }
    return String(cString: strerror(code.rawValue))
  }
}
