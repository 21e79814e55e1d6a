package import CNetCDF
internal import Essentials
internal import Foundation

/// The one door to the netCDF library, which (through HDF5) must never be entered by two threads at a time.
package enum NetCDFLibrary {
  // No Mutex, which lets nothing out that must stay on its thread, such as what netCDF's handles are read into.
  private static let lock = NSLock()

  /// Loaded when the first file is opened, and then for good.
  private static let loaded = Result { () throws(Misconfiguration) in
    try SharedLibrary.netCDF.load(NetCDFFunctions.self, names: sluice_netcdf_names())
  }

  /// Runs the calls with no other thread inside the library. Not to be nested.
  ///
  /// - Throws: `Misconfiguration` where the library is not to be had; what the calls throw.
  package static func exclusively<Result>(_ calls: (NetCDFFunctions) throws -> Result) throws -> Result {
    let library = try loaded.get()
    return try lock.withLock {
      library.quietHDF5()
      return try calls(library)
    }
  }

  /// Turns a status of the library into an error that says what was being done.
  package static func check(_ status: Int32, _ doing: @autoclosure () -> String) throws {
    guard status != NC_NOERR else { return }
    throw ClimateFailure(
      "\(doing()): \(String(cString: try loaded.get().message(status))) (netCDF error \(status))",
      remedy: "The file may be truncated or damaged: fetch it again.")
  }
}
