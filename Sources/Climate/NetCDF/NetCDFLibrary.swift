internal import CNetCDF
internal import Glibc

/// The one door to the netCDF library, which (through HDF5) must never be entered by two threads at a time.
package enum NetCDFLibrary {
  // Unsafe in name only: made once, never freed, and only ever handed to pthread_mutex_lock and _unlock, which are made for
  // many threads. No Mutex, which lets nothing out that must stay on its thread, such as what netCDF's handles are read into.
  private nonisolated(unsafe) static let mutex: UnsafeMutablePointer<pthread_mutex_t> = {
    let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    return mutex
  }()

  /// Runs the calls with no other thread inside the library. Not to be nested.
  package static func exclusively<Result>(_ calls: () throws -> Result) rethrows -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    sluice_hdf5_quiet()
    return try calls()
  }

  /// Turns a status of the library into an error that says what was being done.
  package static func check(_ status: Int32, _ doing: @autoclosure () -> String) throws {
    guard status != NC_NOERR else { return }
    throw ClimateFailure(
      "\(doing()): \(String(cString: nc_strerror(status))) (netCDF error \(status))",
      remedy: "The file may be truncated or damaged: fetch it again.")
  }
}
