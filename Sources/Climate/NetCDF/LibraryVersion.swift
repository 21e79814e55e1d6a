internal import CNetCDF

extension ClimateFile {
  /// What libnetcdf says of itself: `4.9.0 of ...`.
  ///
  /// - Throws: `Misconfiguration` where it is not to be had.
  public static var libraryVersion: String {
    get throws { try NetCDFLibrary.exclusively { String(cString: $0.version()) } }
  }
}
