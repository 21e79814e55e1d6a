import Foundation
import Glibc

/// Where processes wait until a test lets them through: a named pipe, from which each reads a line.
struct Gate {
  private let path: String
  // Open for as long as the tests run: what is written into a pipe that nobody has open is lost.
  private let descriptor: Int32

  init(in folder: String) throws {
    path = "\(folder)/gate"
    // For both ways, so that no side waits for the other to open it.
    guard mkfifo(path, 0o600) == 0, case let pipe = Glibc.open(path, O_RDWR | O_CLOEXEC), pipe >= 0 else {
      throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
    }
    descriptor = pipe
  }

  /// What waits here, as a shell writes it.
  var wait: String { "read word < \(path)" }

  /// Lets some processes through, also those that come later.
  func open(for count: Int = 1) {
    for _ in 0..<count { _ = write(descriptor, "\n", 1) }
  }
}
