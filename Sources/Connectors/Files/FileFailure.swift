public import Essentials
import Glibc

/// A file on this machine that could not be read or written, or whose content is broken.
public struct FileFailure: Failure {
  public let kind: FailureKind
  public let message: String
  public let remedy: String?

  init(_ kind: FailureKind, _ message: String, remedy: String? = nil) {
    self.kind = kind
    self.message = message
    self.remedy = remedy
  }

  /// What the system's error number means for an operation on a path: a full or broken disk is the system's fault,
  /// all else (a missing folder, missing rights) is for the operator to set right.
  init(_ operation: String, _ path: String, error: Int32) {
    let (words, remedy) = Self.words(error, path)
    let isOfSystem = [ENOSPC, EDQUOT, EIO, EFBIG, EMFILE, ENFILE, ENOMEM, EBADF].contains(error)
    self.init(isOfSystem ? .fault : .configuration, "cannot \(operation) \(path): \(words)", remedy: remedy)
  }

  private static func words(_ error: Int32, _ path: String) -> (String, remedy: String?) {
    switch error {
    case ENOENT: ("there is no such file", "Check the path; a relative one starts at the working directory.")
    case EISDIR: ("it is a folder", "Name a file in it.")
    case ENOTDIR: ("a part of the path is a file, not a folder", nil)
    case EACCES, EPERM: ("access is denied", "Give this user the right, or choose another place.")
    case EROFS: ("the file system is read-only", "Choose another place.")
    case ENOSPC: ("the disk is full", "Free some space on it, or choose another place.")
    case EDQUOT: ("the quota of this user is used up", "Free some space, or choose another place.")
    case EFBIG: ("the file would be larger than the limit for files here", nil)
    case ENAMETOOLONG: ("the name is too long", nil)
    default: (String(cString: strerror(error)), nil)
    }
  }
}
