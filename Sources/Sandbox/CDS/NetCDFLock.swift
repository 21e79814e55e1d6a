internal import Synchronization

/// The lock that the sandbox holds while it calls the NetCDF library.
enum NetCDFLock {
  private static let mutex = Mutex(())

  static func hold(_ body: () throws -> Void) throws {
    try mutex.withLock { _ in try body() }
  }
}
