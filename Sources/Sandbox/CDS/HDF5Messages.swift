internal import Glibc

/// HDF5 prints every error that the NetCDF library expects and handles. The library turns that off for the thread that
/// it is loaded in; the thread-safe build of HDF5 keeps a setting for each thread.
package enum HDF5Messages {
  private typealias SetAuto = @convention(c) (Int64, UnsafeRawPointer?, UnsafeRawPointer?) -> Int32

  /// For the thread that calls it.
  package static func silence() {
    guard let symbol = dlsym(nil, "H5Eset_auto2") else { return }
    _ = unsafeBitCast(symbol, to: SetAuto.self)(0, nil, nil)
  }
}
