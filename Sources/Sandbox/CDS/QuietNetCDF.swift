package import CNetCDF
package import Essentials

/// The netCDF library without HDF5's messages: it prints every error that netCDF expects and handles, once for each
/// thread that has not told it to be quiet.
package enum QuietNetCDF {
  /// Loaded with the first file, and then for good.
  private static let loaded = Result { () throws(Misconfiguration) in
    try SharedLibrary.netCDF.load(NetCDFFunctions.self, names: sluice_netcdf_names())
  }

  /// For the thread that calls it.
  ///
  /// - Throws: `Misconfiguration` where the library is not to be had.
  package static func library() throws(Misconfiguration) -> NetCDFFunctions {
    let library = try loaded.get()
    library.quietHDF5()
    return library
  }
}
